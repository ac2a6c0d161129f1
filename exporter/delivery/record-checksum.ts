import { crc32 } from 'node:zlib';
import type { Row } from './store-statements.ts';

export type SoundRow = Row & { readonly body: Uint8Array };

/** Whether what is stored is what was appended. */
export function isSound(row: Row): row is SoundRow {
  return row.body !== undefined && row.checksum === checksum({ ...row, body: row.body });
}

/** Of all that a record is, but for its number. */
export function checksum(record: Omit<SoundRow, 'id' | 'size' | 'checksum'>): number {
  const { route, stream, importance, created, body } = record;
  return crc32(body, crc32(JSON.stringify([route, stream, importance, created])));
}
