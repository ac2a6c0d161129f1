/** Bytes of a message, as an application hands it over or gets it. */
export function sizeOf(data: unknown): number {
  if (typeof data === 'string') return Buffer.byteLength(data);
  if (ArrayBuffer.isView(data) || data instanceof ArrayBuffer) return data.byteLength;
  if (Array.isArray(data)) return data.reduce((sum: number, part) => sum + sizeOf(part), 0);
  if (data instanceof Blob) return data.size;
  return data === undefined || data === null ? 0 : Buffer.byteLength(String(data));
}
