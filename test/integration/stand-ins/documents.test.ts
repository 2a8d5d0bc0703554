/** What DynamoDB does with items, held against the emulator and against the table in memory alike. */
import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect, test } from 'vitest';
import { unique } from '../../support/storage-samples.ts';
import { describeDocuments } from './documents.ts';

describeDocuments('one item', (table) => {
  let key: { readonly pk: string; readonly sk: string };
  beforeEach(() => {
    key = { pk: unique('p'), sk: 'row' };
  });
  const put = (item: object, more: Partial<PutCommandInput> = {}) =>
    table().documents.send(new PutCommand({ TableName: table().TableName, Item: { ...key, ...item }, ...more }));
  const get = async () =>
    (await table().documents.send(new GetCommand({ TableName: table().TableName, Key: key, ConsistentRead: true })))
      .Item;
  const update = async (UpdateExpression: string, values: object | undefined, more: Partial<UpdateCommandInput> = {}) =>
    table().documents.send(
      new UpdateCommand({
        TableName: table().TableName,
        Key: key,
        UpdateExpression,
        ...(values ? { ExpressionAttributeValues: { ...values } } : {}),
        ...more,
      }),
    );
  /** What is left of an item after an update. */
  const after = async (item: object, expression: string, values?: object) => {
    await put(item);
    await update(expression, values);
    const { pk: _pk, sk: _sk, ...left } = (await get()) ?? {};
    return left;
  };
  /** Is the item as it was after this was refused? */
  const refusal = async (item: object, expression: string, values?: object) => {
    await put(item);
    const error = await update(expression, values).then(
      () => 'done',
      ({ name }: Error) => name,
    );
    expect(await get()).toEqual({ ...key, ...item });
    return error;
  };
  /** Does a condition hold for an item? */
  const holds = async (item: object, ConditionExpression: string, values?: object) => {
    await put(item);
    const asked = put(item, { ConditionExpression, ...(values ? { ExpressionAttributeValues: { ...values } } : {}) });
    return asked.then(
      () => true,
      ({ name }: Error) => (name === 'ConditionalCheckFailedException' ? false : name),
    );
  };

  test('every type comes back as it was put, and undefined is left out', async () => {
    const item = {
      text: 'é 😀',
      empty: '',
      number: -1.5,
      truth: false,
      nothing: null,
      list: [1, 'two', { three: [] }],
      map: { deep: { er: 1 } },
      words: new Set(['a', 'b']),
      numbers: new Set([1, 2]),
      bytes: Uint8Array.of(1, 2),
    };
    await put({ ...item, missing: undefined, inside: { missing: undefined } });
    expect(await get()).toEqual({ ...key, ...item, inside: {} });
  });

  test('what was handed in or got back can be changed without changing the row', async () => {
    const list = [1];
    await put({ list });
    list.push(2);
    (await get())!.list.push(3);
    expect(await get()).toMatchObject({ list: [1] });
  });

  test.each([
    ['a = :five', true],
    ['a <> :five', false],
    ['gone = :five', false],
    ['gone <> :five', true],
    ['a < :six AND a >= :five', true],
    ['a > :five OR NOT a = :six', true],
    ['a = :six OR a = :five AND b = :six', false],
    ['(a = :six OR a = :five) AND NOT (b = :six)', true],
    ['a BETWEEN :five AND :six', true],
    ['a BETWEEN :four AND :five', true],
    ['b BETWEEN :five AND :six', false],
    ['a IN (:six, :five)', true],
    ['gone IN (:six, :five)', false],
    ['attribute_exists(a) AND attribute_not_exists(gone)', true],
    ['attribute_exists(m.x) AND attribute_not_exists(m.y) AND attribute_exists(l[1])', true],
    ['attribute_type(a, :N) AND NOT attribute_type(b, :N)', true],
    ['begins_with(b, :te) AND NOT begins_with(a, :te)', true],
    ['contains(b, :xt) AND contains(l, :five) AND contains(w, :te)', true],
    ['size(b) < :five AND size(l) < :five AND size(gone) < :five', false],
    ['size(b) < :five AND size(l) < :five', true],
    ['size(e) = :four', true],
    ['m.x = l[0]', true],
  ])('%s: %s', async (condition, expected) => {
    const item = { a: 5, b: 'text', e: 'é😀é', l: [1, 5], m: { x: 1 }, w: new Set(['te', 'st']) };
    const all = { ':four': 4, ':five': 5, ':six': 6, ':N': 'N', ':te': 'te', ':xt': 'xt' };
    const values = Object.fromEntries(Object.entries(all).filter(([name]) => condition.includes(name)));
    const given = Object.keys(values).length > 0 ? values : undefined;
    expect(await holds(item, condition, given)).toBe(expected);
  });

  test.each([
    ['an empty expression', ' ', undefined],
    ['half an expression', 'a =', undefined],
    ['a value that is not given', 'a = :b', undefined],
    ['a value that is not used', 'a = :b', { ':b': 1, ':c': 1 }],
    ['a range from high to low', 'a BETWEEN :b AND :c', { ':b': 2, ':c': 1 }],
    ['a needless pair of parentheses', '((a = :b))', { ':b': 1 }],
  ])('%s is refused', async (_, condition, values) => {
    expect(await holds({ a: 1 }, condition, values)).toBe('ValidationException');
  });

  test.each([
    ['an order of booleans', 'a < :b', { ':b': true }],
    ['a path that is compared with itself', 'a = a', undefined],
    ['a type that there is not', 'attribute_type(a, :b)', { ':b': 'X' }],
  ])('DynamoDB refuses %s, other than the emulator', async (_, condition, values) => {
    const { emulated } = table();
    const answer = await holds({ a: 1 }, condition, values);
    if (emulated) expect(answer).not.toBe('ValidationException');
    else expect(answer).toBe('ValidationException');
  });

  test('a refused condition tells the item that is there, if asked', async () => {
    await put({ a: 1 });
    const refused = { ConditionExpression: 'attribute_not_exists(pk)' };
    await expect(put({}, refused)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException', Item: undefined });
    await expect(put({}, { ...refused, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })).rejects.toMatchObject({
      Item: { a: { N: '1' }, sk: { S: 'row' } },
    });
    expect(await get()).toEqual({ ...key, a: 1 });
  });

  test.each([
    ['SET sets', { a: 1 }, 'SET a = :v, b = :v', { ':v': 2 }, { a: 2, b: 2 }],
    ['all of SET sees the item as it was', { a: 1, b: 2 }, 'SET a = b, b = a', undefined, { a: 2, b: 1 }],
    ['SET adds', { a: 1 }, 'SET a = a + :v, b = :v - a', { ':v': 5 }, { a: 6, b: 4 }],
    ['decimals are exact', { a: 0.1 }, 'SET a = a + :v', { ':v': 0.2 }, { a: 0.3 }],
    [
      'if_not_exists',
      { a: null },
      'SET a = if_not_exists(a, :v), b = if_not_exists(b, :v)',
      { ':v': 1 },
      { a: null, b: 1 },
    ],
    ['counting from nothing', {}, 'SET a = if_not_exists(a, :zero) + :v', { ':zero': 0, ':v': 2 }, { a: 2 }],
    [
      'list_append',
      { l: [1] },
      'SET l = list_append(l, :v), k = list_append(:v, l)',
      { ':v': [2] },
      { l: [1, 2], k: [2, 1] },
    ],
    [
      'SET into maps and lists',
      { m: { x: 1 }, l: [1, 2] },
      'SET m.y = :v, l[0] = :v',
      { ':v': 9 },
      { m: { x: 1, y: 9 }, l: [9, 2] },
    ],
    ['REMOVE', { a: 1, b: 2, m: { x: 1 } }, 'REMOVE a, gone, m.x', undefined, { b: 2, m: {} }],
    ['REMOVE from a list moves the others up', { l: [0, 1, 2, 3] }, 'REMOVE l[1]', undefined, { l: [0, 2, 3] }],
    ['ADD counts', { a: 1 }, 'ADD a :v, b :v', { ':v': -3 }, { a: -2, b: -3 }],
    ['ADD unites sets', { s: new Set(['a']) }, 'ADD s :v', { ':v': new Set(['a', 'b']) }, { s: new Set(['a', 'b']) }],
    ['DELETE takes from sets', { s: new Set([1, 2]) }, 'DELETE s :v', { ':v': new Set([2, 3]) }, { s: new Set([1]) }],
    ['an empty set is no attribute', { s: new Set([1]), a: 1 }, 'DELETE s :v', { ':v': new Set([1]) }, { a: 1 }],
    ['all at once', { a: 1, b: 2, c: 3 }, 'SET a = c REMOVE b ADD c :v', { ':v': 1 }, { a: 3, c: 4 }],
  ])('%s', async (_, item, expression, values, expected) => {
    expect(await after(item, expression, values)).toEqual(expected);
  });

  test('two elements that are removed are named by where they were (the emulator counts anew after the first)', async () => {
    const left = await after({ l: [0, 1, 2, 3] }, 'REMOVE l[0], l[2]');
    expect(left).toEqual({ l: table().emulated ? [1, 2] : [1, 3] });
  });

  test('an element set beyond the end of a list comes last (the emulator fills the gap with nulls)', async () => {
    const left = await after({ l: [1] }, 'SET l[5] = :v', { ':v': 2 });
    expect(left).toEqual({ l: table().emulated ? [1, null, null, null, null, 2] : [1, 2] });
  });

  test.each([
    ['two writes of one path', 'SET a = :v, a = :v', { ':v': 1 }],
    ['a map and something in it', 'SET m.x = :v REMOVE m', { ':v': 1 }],
    ['the key', 'SET sk = :v', { ':v': 'other' }],
    ['an attribute that is not there', 'SET b = gone', undefined],
    ['a place in a map that is not there', 'SET gone.x = :v', { ':v': 1 }],
    ['adding text', 'SET b = t + :v', { ':v': 1 }],
    ['counting text', 'ADD t :v', { ':v': 1 }],
    ['appending to what is no list', 'SET b = list_append(t, :v)', { ':v': [1] }],
    ['one section twice', 'SET b = :v SET c = :v', { ':v': 1 }],
    ['an empty expression', '', undefined],
  ])('an update refuses %s, and changes nothing', async (_, expression, values) => {
    expect(await refusal({ a: 1, t: 'text', m: { x: 1 } }, expression, values)).toBe('ValidationException');
  });

  test('an update of what is not there begins with the key; a failed one leaves nothing', async () => {
    await update('ADD a :v', { ':v': 1 });
    expect(await get()).toEqual({ ...key, a: 1 });
    key = { pk: unique('p'), sk: 'other' };
    const refused = update('ADD a :v', { ':v': 1 }, { ConditionExpression: 'attribute_exists(pk)' });
    await expect(refused).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect(await get()).toBeUndefined();
  });

  test('what a write returns', async () => {
    await put({ a: 1, m: { x: 1, y: 2 } });
    const returned = async (ReturnValues: UpdateCommandInput['ReturnValues']) =>
      (await update('SET m.x = m.x + :v', { ':v': 1 }, { ReturnValues })).Attributes;
    expect(await returned('NONE')).toBeUndefined();
    expect(await returned('ALL_OLD')).toEqual({ ...key, a: 1, m: { x: 2, y: 2 } });
    expect(await returned('ALL_NEW')).toEqual({ ...key, a: 1, m: { x: 4, y: 2 } });
    expect(await returned('UPDATED_OLD')).toEqual({ m: { x: 4 } });
    expect(await returned('UPDATED_NEW')).toEqual({ m: { x: 6 } });
    expect((await put({ a: 2 }, { ReturnValues: 'ALL_OLD' })).Attributes).toMatchObject({ a: 1 });
    const remove = new DeleteCommand({ TableName: table().TableName, Key: key, ReturnValues: 'ALL_OLD' });
    expect((await table().documents.send(remove)).Attributes).toEqual({ ...key, a: 2 });
    expect((await table().documents.send(remove)).Attributes).toBeUndefined();
  });

  test('only what is asked for is shown', async () => {
    await put({ a: 1, b: 2, m: { x: 1, y: 2 }, l: [0, 1, 2] });
    const shown = async (ProjectionExpression: string, names?: Record<string, string>) => {
      const more = { ProjectionExpression, ...(names ? { ExpressionAttributeNames: names } : {}) };
      return (await table().documents.send(new GetCommand({ TableName: table().TableName, Key: key, ...more }))).Item;
    };
    expect(await shown('#a, m.y, l[2], l[0], gone', { '#a': 'a' })).toEqual({ a: 1, m: { y: 2 }, l: [0, 2] });
    await expect(shown('m, m.x')).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test.each([
    ['', 0],
    ['é', 2],
    [1234.5, 4],
    [-12, 3],
    [true, 1],
    [null, 1],
    [['a', 'bc'], 8],
    [{ x: 'ab' }, 7],
    [new Set(['a', 'bc']), 3],
    [Uint8Array.of(1, 2, 3), 3],
  ])('an item may have 400 KB, of which %o takes %i bytes', async (v, bytes) => {
    const left = 400 * 1024 - Buffer.byteLength(`pk${key.pk}sk${key.sk}vt`) - bytes;
    await put({ v, t: 'x'.repeat(left) });
    await expect(put({ v, t: 'x'.repeat(left + 1) })).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(update('SET u = :v', { ':v': '' })).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test.each([
    ['no sort key', { pk: 'p' }],
    ['something else', { pk: 'p', sk: 's', a: 1 }],
    ['a number', { pk: 'p', sk: 1 }],
    ['an empty partition key', { pk: '', sk: 's' }],
    ['an empty sort key', { pk: 'p', sk: '' }],
    ['a sort key that is too long', { pk: 'p', sk: 'x'.repeat(1025) }],
    ['a partition key that is too long', { pk: 'x'.repeat(2049), sk: 's' }],
  ])('a key with %s is refused', async (_, Key) => {
    const { documents, TableName } = table();
    const invalid = { name: 'ValidationException' };
    await expect(documents.send(new GetCommand({ TableName, Key }))).rejects.toMatchObject(invalid);
    await expect(documents.send(new DeleteCommand({ TableName, Key }))).rejects.toMatchObject(invalid);
  });

  test('a table that there is not', async () => {
    const unknown = new GetCommand({ TableName: 'unknown', Key: key });
    await expect(table().documents.send(unknown)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
