import { invalid } from './errors.ts';

/** What an expression is made of. Words keep their case; `upper` is for keywords. */
export interface Token {
  readonly kind: 'word' | 'name' | 'value' | 'number' | 'sign' | 'end';
  readonly text: string;
  readonly upper: string;
}

const pattern = /\s*(?:(#[\w]+)|(:[\w]+)|([A-Za-z_]\w*)|(\d+)|(<>|<=|>=|[=<>+\-(),.[\]]))/y;
const end: Token = { kind: 'end', text: '<EOF>', upper: '' };
const longest = 4096; // bytes

/** Reads an expression token by token. */
export interface Tokens {
  /** The next token, not yet taken. */
  peek(): Token;
  take(): Token;
  /** Takes the next token if it is this sign or keyword. */
  takes(text: string): boolean;
  /** Takes this sign or keyword; anything else is an error. */
  expect(text: string): void;
  fail(): never;
}

/** Cuts an expression into tokens. */
export function tokensOf(expression: string, name: string): Tokens {
  if (expression.trim() === '') throw invalid(`Invalid ${name}: The expression can not be empty;`);
  if (Buffer.byteLength(expression) > longest)
    throw invalid(`Invalid ${name}: Expression size has exceeded the maximum allowed size;`);
  const list = [...cut(expression, name)];
  let position = 0;
  const peek = () => list[position] ?? end;
  const isNext = (text: string) => {
    const token = peek();
    return token.kind === 'sign' ? token.text === text : token.kind === 'word' && token.upper === text;
  };
  const tokens: Tokens = {
    peek,
    take: () => {
      const token = peek();
      position++;
      return token;
    },
    takes: (text) => {
      if (!isNext(text)) return false;
      position++;
      return true;
    },
    expect: (text) => {
      if (!tokens.takes(text)) tokens.fail();
    },
    fail: () => {
      throw invalid(`Invalid ${name}: Syntax error; token: "${peek().text}"`);
    },
  };
  return tokens;
}

function* cut(expression: string, name: string): Generator<Token> {
  pattern.lastIndex = 0;
  const length = expression.trimEnd().length;
  while (pattern.lastIndex < length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(expression);
    if (!match) throw invalid(`Invalid ${name}: Syntax error; token: "${expression.slice(at, at + 1)}"`);
    const [, placeholder, value, word, number, sign] = match;
    const text = placeholder ?? value ?? word ?? number ?? sign!;
    const kind = placeholder ? 'name' : value ? 'value' : word ? 'word' : number ? 'number' : 'sign';
    yield { kind, text, upper: kind === 'word' ? text.toUpperCase() : '' };
  }
}
