/** The values of DynamoDB, as the document client takes and gives them. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

type SetMember = string | number | bigint | Uint8Array;
/** One attribute. A stored value is never changed: writes put another in its place. */
export type Value = string | number | bigint | boolean | null | Uint8Array | Set<SetMember> | Value[] | ValueMap;
/** A map of attributes. */
export interface ValueMap {
  [name: string]: Value;
}
/** One row. */
export type Item = ValueMap;

/** The types of DynamoDB by their names. */
export type Kind = 'S' | 'N' | 'B' | 'BOOL' | 'NULL' | 'L' | 'M' | 'SS' | 'NS' | 'BS';

/** The type of a value. */
export function kindOf(value: Value): Kind {
  switch (typeof value) {
    case 'string':
      return 'S';
    case 'number':
    case 'bigint':
      return 'N';
    case 'boolean':
      return 'BOOL';
  }
  if (value === null) return 'NULL';
  if (Array.isArray(value)) return 'L';
  if (value instanceof Uint8Array) return 'B';
  if (!(value instanceof Set)) return 'M';
  const [member] = value;
  return typeof member === 'string' ? 'SS' : member instanceof Uint8Array ? 'BS' : 'NS';
}

/** Is this a map? */
export const isMap = (value: Value | undefined): value is ValueMap => value !== undefined && kindOf(value) === 'M';

/** A copy of what a caller hands in, as the document client would marshal it: undefined is left out. */
export function taken(value: unknown): Value {
  switch (typeof value) {
    case 'string':
      return value.toWellFormed();
    case 'boolean':
    case 'bigint':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new Error(`Special numeric value ${value} is not allowed`);
      if (Math.abs(value) > Number.MAX_SAFE_INTEGER) throw new Error(`Number ${value} is not safe`);
      return value;
    case 'object': {
      if (value === null) return null;
      if (Array.isArray(value)) return value.filter((one) => one !== undefined).map(taken);
      if (value instanceof Uint8Array) return Uint8Array.from(value);
      if (value instanceof Set) {
        if (value.size === 0) throw new Error('Pass a non-empty set');
        const members = [...value].filter((one) => one !== undefined).map((one) => taken(one) as SetMember);
        return setOf(members);
      }
      if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) break;
      return takenMap(value);
    }
  }
  throw new Error(`Unsupported type passed: ${String(value)}`);
}

/** A copy of a map that a caller hands in. */
export function takenMap(map: object): ValueMap {
  const copy: ValueMap = {};
  for (const [name, value] of Object.entries(map)) if (value !== undefined) copy[name] = taken(value);
  return copy;
}

/** A copy to give away. */
export function given<T extends Value>(value: T): T;
export function given(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => given(one));
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (value instanceof Set) return new Set(value);
  const copy: ValueMap = {};
  for (const name in value) copy[name] = given(value[name]!);
  return copy;
}

/** A set; equal members count once, bytes by their content. */
export function setOf(members: readonly SetMember[]): Set<SetMember> {
  const seen = new Map(members.map((member) => [memberKey(member), member]));
  return new Set(seen.values());
}

/** What tells two members of sets apart. */
export const memberKey = (member: SetMember): unknown =>
  member instanceof Uint8Array
    ? Buffer.from(member).toString('base64')
    : typeof member === 'bigint'
      ? Number(member)
      : member;

/** Deep equality; sets have no order. */
export function isEqual(one: Value, other: Value): boolean {
  if (one === other) return true;
  const kind = kindOf(one);
  if (kind !== kindOf(other)) return false;
  switch (kind) {
    case 'N':
      return Number(one) === Number(other);
    case 'B':
      return Buffer.compare(one as Uint8Array, other as Uint8Array) === 0;
    case 'SS':
    case 'NS':
    case 'BS': {
      const [mine, theirs] = [one as Set<SetMember>, other as Set<SetMember>];
      const keys = new Set([...theirs].map(memberKey));
      return mine.size === theirs.size && [...mine].every((member) => keys.has(memberKey(member)));
    }
    case 'L': {
      const [mine, theirs] = [one as Value[], other as Value[]];
      return mine.length === theirs.length && mine.every((value, index) => isEqual(value, theirs[index]!));
    }
    case 'M': {
      const [mine, theirs] = [one as ValueMap, other as ValueMap];
      const names = Object.keys(mine);
      return (
        names.length === Object.keys(theirs).length &&
        names.every((name) => Object.hasOwn(theirs, name) && isEqual(mine[name]!, theirs[name]!))
      );
    }
    default:
      return false;
  }
}

/** The order of two strings, numbers or binaries; undefined for anything else. Strings sort by their UTF-8 bytes. */
export function compare(one: Value, other: Value): number | undefined {
  if (typeof one === 'string' && typeof other === 'string') return compareText(one, other);
  const kind = kindOf(one);
  if (kind !== kindOf(other)) return undefined;
  if (kind === 'N') return Number(one) - Number(other);
  return kind === 'B' ? Buffer.compare(one as Uint8Array, other as Uint8Array) : undefined;
}

/** By UTF-8 bytes: like UTF-16, but halves of surrogate pairs come after everything else. */
export function compareText(one: string, other: string): number {
  if (one === other) return 0;
  const shorter = Math.min(one.length, other.length);
  for (let index = 0; index < shorter; index++) {
    const [mine, theirs] = [one.charCodeAt(index), other.charCodeAt(index)];
    if (mine !== theirs) return rank(mine) - rank(theirs);
  }
  return one.length - other.length;
}
const rank = (unit: number) => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

/** Adds exactly, as DynamoDB's decimals do. */
export function sum(one: number | bigint, other: number | bigint): number | bigint {
  if (typeof one === 'bigint' || typeof other === 'bigint') return BigInt(one) + BigInt(other);
  if (Number.isInteger(one) && Number.isInteger(other)) return one + other;
  const [mine, theirs] = [decimal(one), decimal(other)];
  const exponent = Math.min(mine.exponent, theirs.exponent);
  const scaled = ({ digits, exponent: own }: typeof mine) => digits * 10n ** BigInt(own - exponent);
  return Number(`${scaled(mine) + scaled(theirs)}e${exponent}`);
}

function decimal(number: number) {
  const [mantissa = '', power = '0'] = String(number).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
}

/** Bytes that an item counts for. */
export function sizeOf(item: Item): number {
  let size = 0;
  for (const name in item) size += bytes(name) + valueSize(item[name]!);
  return size;
}

function valueSize(value: Value): number {
  switch (typeof value) {
    case 'string':
      return bytes(value);
    case 'number':
    case 'bigint':
      return numberSize(value);
    case 'boolean':
      return 1;
  }
  if (value === null) return 1;
  if (value instanceof Uint8Array) return value.length;
  let size = 0;
  if (Array.isArray(value)) for (const one of value) size += 1 + valueSize(one);
  else if (value instanceof Set) for (const member of value) size += valueSize(member);
  else for (const name in value) size += 1 + bytes(name) + valueSize(value[name]!);
  return value instanceof Set ? size : size + 3;
}

/** About a byte for two digits; zeros before and after don't count. */
function numberSize(number: number | bigint): number {
  const digits = String(number)
    .replace(/e.*/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '').length;
  return Math.max(1, Math.ceil(digits / 2) + 1 + (number < 0 ? 1 : 0));
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}

/** As the low-level client knows it. */
export function marshalled(map: ValueMap): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, attribute(value)]));
}

function attribute(value: Value): AttributeValue {
  const kind = kindOf(value);
  switch (kind) {
    case 'N':
      return { N: String(value) };
    case 'NULL':
      return { NULL: true };
    case 'L':
      return { L: (value as Value[]).map(attribute) };
    case 'M':
      return { M: marshalled(value as ValueMap) };
    case 'SS':
    case 'NS':
      return { [kind]: [...(value as Set<SetMember>)].map(String) } as unknown as AttributeValue;
    case 'BS':
      return { BS: [...(value as Set<Uint8Array>)] };
    default:
      return { [kind]: value } as unknown as AttributeValue;
  }
}
