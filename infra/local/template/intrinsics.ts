import type { Template } from './assembly.ts';

/** Where the values come from that are not written in the template itself. */
export interface Surroundings {
  parameters: Readonly<Record<string, string>>;
  /** `AWS::Region` and the like. */
  pseudoParameters: Readonly<Record<string, string>>;
  /** What `Ref` (attribute `Ref`) and `Fn::GetAtt` answer for a resource. */
  attribute(logicalId: string, attribute: string): string;
}

/** Puts values in the place of CloudFormation's functions. */
export interface Resolver {
  resolve(value: unknown): unknown;
  /** False for a resource whose condition does not hold. */
  holds(condition: string | undefined): boolean;
}

const noValue = Symbol('AWS::NoValue');

/** Resolves `Ref`, `Fn::…` and conditions of one template; a function it does not know is an error. */
export function createResolver(
  template: Template,
  { parameters, pseudoParameters, attribute }: Surroundings,
): Resolver {
  const reference = (name: string): unknown => {
    if (name === 'AWS::NoValue') return noValue;
    const declared = template.Parameters?.[name];
    if (declared) return parameters[name] ?? declared.Default ?? fail(`The parameter ${name} has no value.`);
    return pseudoParameters[name] ?? attribute(name, 'Ref');
  };
  const text = (value: unknown): string => String(resolve(value));
  const list = (value: unknown): unknown[] => {
    const resolved = resolve(value);
    return Array.isArray(resolved) ? resolved : fail(`Expected a list, found ${JSON.stringify(value)}.`);
  };
  const holds = (condition: string | undefined): boolean =>
    condition === undefined || isTrue(template.Conditions?.[condition] ?? fail(`No condition ${condition}.`));
  const isTrue = (condition: unknown): boolean => {
    const [name, argument] = Object.entries(condition as Record<string, unknown>)[0] ?? [];
    const operands = argument as unknown[];
    switch (name) {
      case 'Condition':
        return holds(argument as string);
      case 'Fn::Equals':
        return text(operands[0]) === text(operands[1]);
      case 'Fn::Not':
        return !isTrue(operands[0]);
      case 'Fn::And':
        return operands.every(isTrue);
      case 'Fn::Or':
        return operands.some(isTrue);
      default:
        return fail(`The local runner does not know the condition ${JSON.stringify(condition)}.`);
    }
  };
  const substitute = (argument: unknown): string => {
    const [pattern, values] = Array.isArray(argument) ? argument : [argument, {}];
    return String(pattern).replace(/\$\{(!?)([^}]+)\}/g, (whole, literal: string, name: string) => {
      if (literal) return whole.replace('!', '');
      if (name in values) return text(values[name]);
      const [id, ...path] = name.split('.');
      return path.length > 0 ? attribute(id!, path.join('.')) : String(reference(name));
    });
  };
  const functions: Record<string, (argument: unknown) => unknown> = {
    Ref: (argument) => reference(argument as string),
    'Fn::GetAtt': (argument) => {
      const [id, name] = Array.isArray(argument) ? argument : String(argument).split('.');
      return attribute(id, name);
    },
    'Fn::Sub': substitute,
    'Fn::Join': (argument) => {
      const [separator, parts] = argument as [string, unknown];
      return list(parts).map(String).join(separator);
    },
    'Fn::Split': (argument) => {
      const [separator, whole] = argument as [string, unknown];
      return text(whole).split(separator);
    },
    'Fn::Select': (argument) => {
      const [index, choices] = argument as [unknown, unknown];
      return list(choices)[Number(resolve(index))];
    },
    'Fn::If': (argument) => {
      const [condition, then, otherwise] = argument as [string, unknown, unknown];
      return resolve(holds(condition) ? then : otherwise);
    },
  };
  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve).filter((item) => item !== noValue);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [name, argument] = entries[0] ?? [];
    if (entries.length === 1 && (name === 'Ref' || name?.startsWith('Fn::'))) {
      const apply = functions[name] ?? fail(`The local runner does not know ${name}.`);
      return apply(argument);
    }
    const resolved = entries.map(([key, item]) => [key, resolve(item)] as const);
    return Object.fromEntries(resolved.filter(([, item]) => item !== noValue));
  }
  return { resolve, holds };
}

function fail(reason: string): never {
  throw new Error(reason);
}
