/** A route of an HTTP API, as its key says it: `GET /posts/{id}`, `ANY /{proxy+}` or `$default`. */
export interface Route<Target> {
  key: string;
  target: Target;
}

/** The route for a request, with what its path variables matched. */
export interface Match<Target> {
  route: Route<Target>;
  pathParameters: Record<string, string>;
}

/** Finds the route for a request as the gateway does: the most specific path wins, then the method before `ANY`. */
export function createRouter<Target>(
  routes: Route<Target>[],
): (method: string, path: string) => Match<Target> | undefined {
  const patterns = routes.map((route) => {
    const [method, path] = route.key === '$default' ? ['ANY', undefined] : (route.key.split(' ') as [string, string]);
    const segments = path?.split('/').slice(1);
    const rank = segments ? [...segments.map(specificity), method === 'ANY' ? '1' : '0'].join('') : '9';
    return { route, method, segments, rank };
  });
  patterns.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  return (method, path) => {
    const segments = path.split('/').slice(1);
    for (const pattern of patterns) {
      if (pattern.method !== 'ANY' && pattern.method !== method) continue;
      const pathParameters = pattern.segments ? matchPath(pattern.segments, segments) : {};
      if (pathParameters) return { route: pattern.route, pathParameters };
    }
    return undefined;
  };
}

const variable = /^\{(.+?)(\+?)\}$/;

/** Sorts before what is less specific: text, then a variable, then a variable that takes the rest. */
function specificity(segment: string): string {
  const found = variable.exec(segment);
  if (!found) return '2';
  return found[2] ? '4' : '3';
}

function matchPath(pattern: string[], path: string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of pattern.entries()) {
    const [, name, greedy] = variable.exec(segment) ?? [];
    const value = greedy ? path.slice(index).join('/') : path[index];
    if (!value && (name || value === undefined)) return undefined;
    if (name) parameters[name] = value!;
    else if (value !== segment) return undefined;
    if (greedy) return parameters;
  }
  return pattern.length === path.length ? parameters : undefined;
}
