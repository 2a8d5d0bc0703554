/** Expressions as trees. Their names and values are still placeholders: one tree serves all requests of one shape. */
import { invalid } from './errors.ts';
import { type Token, type Tokens, tokensOf } from './tokens.ts';

/** Attribute names (or placeholders of them) and indexes of lists. */
export type Path = readonly (string | number)[];

/** What stands on either side of a comparison, or is assigned. */
export type Operand =
  | { readonly is: 'path'; readonly path: Path }
  | { readonly is: 'value'; readonly name: string }
  | { readonly is: 'size'; readonly of: Operand }
  | { readonly is: 'ifNotExists'; readonly path: Path; readonly otherwise: Operand }
  | { readonly is: 'append'; readonly lists: readonly [Operand, Operand] }
  | { readonly is: 'sum'; readonly minus: boolean; readonly terms: readonly [Operand, Operand] };

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** What is true or false of an item. */
export type Condition =
  | { readonly is: 'and' | 'or'; readonly all: readonly [Condition, Condition] }
  | { readonly is: 'not'; readonly condition: Condition }
  | { readonly is: 'compare'; readonly by: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly is: 'between'; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly is: 'in'; readonly operand: Operand; readonly list: readonly Operand[] }
  | { readonly is: 'exists'; readonly path: Path; readonly wanted: boolean }
  | { readonly is: 'type' | 'beginsWith' | 'contains'; readonly operand: Operand; readonly argument: Operand };

/** What an update does. */
export interface Update {
  readonly set: readonly { readonly path: Path; readonly to: Operand }[];
  readonly remove: readonly Path[];
  readonly add: readonly { readonly path: Path; readonly value: Operand }[];
  readonly delete: readonly { readonly path: Path; readonly value: Operand }[];
}

/** A tree and the placeholders in it. */
export interface Parsed<T> {
  readonly tree: T;
  readonly names: readonly string[];
  readonly values: readonly string[];
}

/** A parser that remembers what it has parsed. */
function remembering<T>(parse: (tokens: Tokens, note: (token: Token) => string) => T) {
  const known = new Map<string, Parsed<T>>();
  return (expression: string, name: string): Parsed<T> => {
    const found = known.get(expression);
    if (found) return found;
    const names = new Set<string>();
    const values = new Set<string>();
    const tokens = tokensOf(expression, name);
    const tree = parse(tokens, ({ kind, text }) => {
      if (kind === 'name') names.add(text);
      if (kind === 'value') values.add(text);
      return text;
    });
    if (tokens.peek().kind !== 'end') tokens.fail();
    const parsed = { tree, names: [...names], values: [...values] };
    if (known.size < 10_000) known.set(expression, parsed);
    return parsed;
  };
}

type Note = (token: Token) => string;
const comparators = ['=', '<>', '<', '<=', '>', '>='];
const mostInList = 100;

/** A condition, filter or key condition. */
export const parseCondition = remembering((tokens, note) => condition(tokens, note).tree);

/** Paths, separated by commas. */
export const parseProjection = remembering((tokens, note) => listOf(tokens, () => path(tokens, note)));

/** SET, REMOVE, ADD and DELETE, each at most once. */
export const parseUpdate = remembering((tokens, note): Update => {
  const update: { -readonly [section in keyof Update]?: Update[section] } = {};
  const valueAt = () => ({ path: path(tokens, note), value: operand(tokens, note) });
  const sections = {
    SET: () => {
      update.set = listOf(tokens, () => {
        const target = path(tokens, note);
        tokens.expect('=');
        return { path: target, to: assigned(tokens, note) };
      });
    },
    REMOVE: () => {
      update.remove = listOf(tokens, () => path(tokens, note));
    },
    ADD: () => {
      update.add = listOf(tokens, valueAt);
    },
    DELETE: () => {
      update.delete = listOf(tokens, valueAt);
    },
  };
  const done = new Set<string>();
  while (tokens.peek().kind !== 'end') {
    const { upper } = tokens.peek();
    if (!Object.hasOwn(sections, upper)) tokens.fail();
    if (done.has(upper)) throw invalid(`Invalid UpdateExpression: The "${upper}" section can only be used once`);
    done.add(upper);
    tokens.take();
    sections[upper as keyof typeof sections]();
  }
  return { set: [], remove: [], add: [], delete: [], ...update };
});

function listOf<T>(tokens: Tokens, one: () => T): T[] {
  const list = [one()];
  while (tokens.takes(',')) list.push(one());
  return list;
}

interface Parenthesised {
  readonly tree: Condition;
  readonly parentheses: boolean;
}

function condition(tokens: Tokens, note: Note): Parenthesised {
  let left = conjunction(tokens, note);
  while (tokens.takes('OR')) {
    left = { tree: { is: 'or', all: [left.tree, conjunction(tokens, note).tree] }, parentheses: false };
  }
  return left;
}

function conjunction(tokens: Tokens, note: Note): Parenthesised {
  let left = negation(tokens, note);
  while (tokens.takes('AND')) {
    left = { tree: { is: 'and', all: [left.tree, negation(tokens, note).tree] }, parentheses: false };
  }
  return left;
}

function negation(tokens: Tokens, note: Note): Parenthesised {
  if (!tokens.takes('NOT')) return primary(tokens, note);
  return { tree: { is: 'not', condition: negation(tokens, note).tree }, parentheses: false };
}

function primary(tokens: Tokens, note: Note): Parenthesised {
  if (tokens.takes('(')) {
    const inner = condition(tokens, note);
    tokens.expect(')');
    if (inner.parentheses) throw invalid('Invalid expression: The expression has redundant parentheses;');
    return { ...inner, parentheses: true };
  }
  return { tree: test(tokens, note), parentheses: false };
}

function test(tokens: Tokens, note: Note): Condition {
  const word = tokens.peek();
  if (word.kind === 'word') {
    const called = functionCondition(tokens, note, word.text);
    if (called) return called;
  }
  const left = operand(tokens, note);
  if (tokens.takes('BETWEEN')) {
    const low = operand(tokens, note);
    tokens.expect('AND');
    return { is: 'between', operand: left, low, high: operand(tokens, note) };
  }
  if (tokens.takes('IN')) {
    tokens.expect('(');
    const list = listOf(tokens, () => operand(tokens, note));
    tokens.expect(')');
    if (list.length > mostInList)
      throw invalid('Invalid expression: The IN operator is provided with too many operands');
    return { is: 'in', operand: left, list };
  }
  const by = tokens.peek();
  if (by.kind !== 'sign' || !comparators.includes(by.text)) tokens.fail();
  tokens.take();
  return { is: 'compare', by: by.text as Comparator, left, right: operand(tokens, note) };
}

function functionCondition(tokens: Tokens, note: Note, name: string): Condition | undefined {
  switch (name) {
    case 'attribute_exists':
    case 'attribute_not_exists': {
      tokens.take();
      tokens.expect('(');
      const found = path(tokens, note);
      tokens.expect(')');
      return { is: 'exists', path: found, wanted: name === 'attribute_exists' };
    }
    case 'attribute_type':
    case 'begins_with':
    case 'contains': {
      tokens.take();
      const [first, second] = twoArguments(tokens, note);
      const is = ({ attribute_type: 'type', begins_with: 'beginsWith', contains: 'contains' } as const)[name];
      return { is, operand: first, argument: second };
    }
  }
  return undefined;
}

function twoArguments(tokens: Tokens, note: Note, one = operand): readonly [Operand, Operand] {
  tokens.expect('(');
  const first = one(tokens, note);
  tokens.expect(',');
  const second = one(tokens, note);
  tokens.expect(')');
  return [first, second];
}

/** A path, a value, or the size of a path. */
function operand(tokens: Tokens, note: Note): Operand {
  const next = tokens.peek();
  if (next.kind === 'value') return { is: 'value', name: note(tokens.take()) };
  if (next.kind === 'word' && next.text === 'size') {
    tokens.take();
    tokens.expect('(');
    const of = operand(tokens, note);
    tokens.expect(')');
    return { is: 'size', of };
  }
  return { is: 'path', path: path(tokens, note) };
}

/** What SET assigns: one term, or the sum or difference of two. */
function assigned(tokens: Tokens, note: Note): Operand {
  const left = term(tokens, note);
  for (const sign of ['+', '-']) {
    if (tokens.takes(sign)) return { is: 'sum', minus: sign === '-', terms: [left, term(tokens, note)] };
  }
  return left;
}

function term(tokens: Tokens, note: Note): Operand {
  const { kind, text } = tokens.peek();
  if (kind === 'word' && text === 'if_not_exists') {
    tokens.take();
    tokens.expect('(');
    const found = path(tokens, note);
    tokens.expect(',');
    const otherwise = assigned(tokens, note);
    tokens.expect(')');
    return { is: 'ifNotExists', path: found, otherwise };
  }
  if (kind === 'word' && text === 'list_append') {
    tokens.take();
    return { is: 'append', lists: twoArguments(tokens, note, assigned) };
  }
  return operand(tokens, note);
}

function path(tokens: Tokens, note: Note): Path {
  const parts: (string | number)[] = [attributeName(tokens, note)];
  for (;;) {
    if (tokens.takes('.')) parts.push(attributeName(tokens, note));
    else if (tokens.takes('[')) {
      if (tokens.peek().kind !== 'number') tokens.fail();
      parts.push(Number(tokens.take().text));
      tokens.expect(']');
    } else return parts;
  }
}

function attributeName(tokens: Tokens, note: Note): string {
  const { kind } = tokens.peek();
  if (kind !== 'name' && kind !== 'word') tokens.fail();
  return note(tokens.take());
}
