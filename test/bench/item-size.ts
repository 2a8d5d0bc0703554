/** The size of DynamoDB items as AWS counts it, in bytes. */
type Value = Readonly<Record<string, unknown>>;

/** Names and values of all attributes. */
export const itemSize = (item: Readonly<Record<string, Value>>): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value), 0);

function valueSize(value: Value): number {
  const [[type, of]] = Object.entries(value) as [[string, unknown]];
  switch (type) {
    case 'S':
      return Buffer.byteLength(of as string);
    case 'N':
      return Math.ceil(String(of).replace(/[-.]|^0+|0+$/g, '').length / 2) + 1;
    case 'B':
      return (of as Uint8Array).byteLength;
    case 'BOOL':
    case 'NULL':
      return 1;
    case 'SS':
    case 'NS':
    case 'BS':
      return (of as readonly unknown[]).reduce<number>((sum, one) => sum + valueSize({ [type[0]!]: one }), 0);
    case 'L':
      return 3 + (of as readonly Value[]).reduce((sum, one) => sum + 1 + valueSize(one), 0);
    case 'M':
      return 3 + itemSize(of as Record<string, Value>) + Object.keys(of as object).length;
    default:
      throw new Error(`there is no attribute type ${type}`);
  }
}

/** Write units of one item. */
export const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1024));
