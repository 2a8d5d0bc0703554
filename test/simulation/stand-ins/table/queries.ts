import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { type Bindings, bind } from './bindings.ts';
import { checkCondition, holds } from './conditions.ts';
import { invalid } from './errors.ts';
import { type Condition, type Operand, type Path, parseCondition } from './expressions.ts';
import { projection, shownBy } from './projections.ts';
import { checkTable, keyIn, type Shape } from './requests.ts';
import type { Choose, Rows } from './rows.ts';
import { given, type Item } from './values.ts';

const pageBytes = 1024 * 1024;

/** One page. */
export interface QueryAnswer {
  readonly Items?: Item[];
  readonly Count: number;
  readonly ScannedCount: number;
  readonly LastEvaluatedKey?: Item;
}

/** A query that makes sense; what it finds depends on which versions it sees. */
export function query(shape: Shape, request: QueryCommandInput) {
  checkTable(shape, request.TableName);
  if (request.IndexName !== undefined) throw invalid('The table does not have the specified index');
  const { KeyConditionExpression, FilterExpression, ProjectionExpression, Select, Limit } = request;
  if (KeyConditionExpression === undefined)
    throw invalid('Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.');
  if (Limit !== undefined && Limit < 1) throw invalid('Limit must be greater than or equal to 1');
  const condition = parseCondition(KeyConditionExpression, 'KeyConditionExpression');
  const filter = FilterExpression === undefined ? undefined : parseCondition(FilterExpression, 'FilterExpression');
  const paths = projection(ProjectionExpression);
  if (paths && Select === 'COUNT')
    throw invalid('Cannot specify the ProjectionExpression when choosing to get only the count');
  const bindings = bind(request, [condition, filter, paths]);
  const shown = shownBy(paths, bindings);
  checkCondition(condition.tree, bindings);
  if (filter) {
    checkCondition(filter.tree, bindings);
    withoutKeys(shape, filter.tree, bindings);
  }
  const { pk, range } = keyCondition(shape, condition.tree, bindings);
  const start = request.ExclusiveStartKey && keyIn(shape, request.ExclusiveStartKey);
  if (start && (start.pk !== pk || !range(start.sk)))
    throw invalid('The provided starting key is outside query boundaries based on provided conditions');

  return (rows: Rows, from: number, choose: Choose): QueryAnswer => {
    const items: Item[] = [];
    let [count, scanned, bytes] = [0, 0, 0];
    let last: string | undefined;
    let more = false;
    const scan = { includes: range, forward: request.ScanIndexForward ?? true, after: start?.sk };
    for (const { sk, item, size } of rows.scan(pk, scan, from, choose)) {
      if (scanned === Limit || (scanned > 0 && bytes + size > pageBytes)) {
        more = true;
        break;
      }
      bytes += size;
      scanned++;
      last = sk;
      if (filter && !holds(filter.tree, item, bindings)) continue;
      count++;
      if (Select !== 'COUNT') items.push(given(shown(item)));
    }
    const goesOn = more || scanned === Limit; // DynamoDB does not look ahead: the last row of all may end a full page
    return {
      ...(Select === 'COUNT' ? {} : { Items: items }),
      Count: count,
      ScannedCount: scanned,
      ...(last === undefined || !goesOn
        ? {}
        : { LastEvaluatedKey: { [shape.partitionKey]: pk, [shape.sortKey]: last } }),
    };
  };
}

const unsupported = () => invalid('Query key condition not supported');

/** The partition, and which sort keys of it. */
function keyCondition({ partitionKey, sortKey }: Shape, condition: Condition, bindings: Bindings) {
  const parts = condition.is === 'and' ? condition.all : [condition];
  let pk: string | undefined;
  let sort: Condition | undefined;
  for (const part of parts) {
    const [name, ...others] = subject(part, bindings);
    if (others.length > 0) throw unsupported();
    if (name === partitionKey && pk === undefined) {
      if (part.is !== 'compare' || part.by !== '=' || part.right.is !== 'value') throw unsupported();
      const value = bindings.value(part.right.name);
      if (typeof value !== 'string' || value === '')
        throw invalid('Condition parameter type does not match schema type');
      pk = value;
    } else if (name === sortKey && !sort) sort = part;
    else throw unsupported();
  }
  if (pk === undefined) throw invalid(`Query condition missed key schema element: ${partitionKey}`);
  if (!sort) return { pk, range: () => true };
  for (const operand of operandsOf(sort)) {
    if (operand.is === 'path') continue;
    if (operand.is !== 'value') throw unsupported();
    const value = bindings.value(operand.name);
    if (typeof value !== 'string') throw invalid('Condition parameter type does not match schema type');
    if (value === '') throw invalid('A key attribute cannot contain an empty string value');
  }
  const tested = sort;
  return { pk, range: (sk: string) => holds(tested, { [sortKey]: sk }, bindings) };
}

/** The key attribute that a part of a key condition is about. */
function subject(part: Condition, bindings: Bindings): Path {
  if (part.is === 'compare' && part.by !== '<>' && part.left.is === 'path') return bindings.path(part.left.path);
  if ((part.is === 'between' || part.is === 'beginsWith') && part.operand.is === 'path')
    return bindings.path(part.operand.path);
  throw unsupported();
}

function operandsOf(condition: Condition): Operand[] {
  switch (condition.is) {
    case 'compare':
      return [condition.left, condition.right];
    case 'between':
      return [condition.operand, condition.low, condition.high];
    case 'in':
      return [condition.operand, ...condition.list];
    case 'exists':
      return [{ is: 'path', path: condition.path }];
    case 'and':
    case 'or':
      return condition.all.flatMap(operandsOf);
    case 'not':
      return operandsOf(condition.condition);
    default:
      return [condition.operand, condition.argument];
  }
}

/** A filter sees everything but the keys. */
function withoutKeys({ partitionKey, sortKey }: Shape, condition: Condition, bindings: Bindings): void {
  const paths = operandsOf(condition).map((operand) => (operand.is === 'size' ? operand.of : operand));
  for (const operand of paths) {
    const name = operand.is === 'path' ? bindings.path(operand.path)[0] : undefined;
    if (name === partitionKey || name === sortKey)
      throw invalid(`Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`);
  }
}
