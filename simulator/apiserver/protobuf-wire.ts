/** Fields of a protobuf message, as bytes. */
export type Part = Uint8Array;

export function bytesField(field: number, bytes: Uint8Array): Part {
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

export function textField(field: number, value: string): Part {
  return bytesField(field, Buffer.from(value));
}

/** A number or a boolean, negative ones in ten bytes as int32 and int64 are written. */
export function numberField(field: number, value: number): Part {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

export function messageField(field: number, parts: readonly Part[]): Part {
  return bytesField(field, Buffer.concat(parts));
}

/** One field for each of them; none for what is not there. */
export function each<T>(items: readonly T[], write: (item: T) => Part): Part {
  return Buffer.concat(items.map(write));
}

export function optional<T>(value: T | undefined, write: (value: T) => Part): Part {
  return value === undefined ? Buffer.alloc(0) : write(value);
}

export function varint(value: number): Part {
  if (value < 0) return negative(value);
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** All of the 64 bits that a number has. */
function negative(value: number): Part {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}
