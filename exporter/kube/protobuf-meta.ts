import { Fields } from './protobuf.ts';
import { Envelope } from './protobuf-envelope.ts';
import { textBetween } from './protobuf-text.ts';

/** What a server says went wrong. */
export interface StatusTold {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
}

/** Reads a Status in its envelope; `undefined` when it is none. */
export function readStatus(bytes: Buffer, from = 0, to = bytes.length): StatusTold | undefined {
  const envelope = new Envelope();
  if (!envelope.open(bytes, from, to) || !envelope.isOf('Status')) return undefined;
  const status = new Fields().open(bytes, envelope.start, envelope.stop);
  let [code, reason, message] = [0, '', ''];
  while (status.next()) {
    if (status.field === 3 && status.isBytes) message = textBetween(bytes, status.start, status.stop, 500);
    else if (status.field === 4 && status.isBytes)
      reason = textBetween(bytes, status.start, status.stop, 100);
    else if (status.field === 6 && status.isNumber) code = status.value;
  }
  return status.bad ? undefined : { code, reason, message };
}

/** The metadata of a list. */
export interface ListMeta {
  readonly resourceVersion: string;
  readonly continue: string;
}

export function readListMeta(bytes: Buffer, from: number, to: number): ListMeta | undefined {
  const meta = new Fields().open(bytes, from, to);
  const told = { resourceVersion: '', continue: '' };
  while (meta.next()) {
    if (meta.field === 2 && meta.isBytes) told.resourceVersion = textBetween(bytes, meta.start, meta.stop);
    else if (meta.field === 3 && meta.isBytes) told.continue = textBetween(bytes, meta.start, meta.stop);
  }
  return meta.bad ? undefined : told;
}

/** What a bookmark says: an object with nothing but some of its metadata. */
export function readBookmark(
  bytes: Buffer,
  from: number,
  to: number,
): { readonly resourceVersion: string; readonly annotations: ReadonlyMap<string, string> } | undefined {
  const object = new Fields().open(bytes, from, to);
  const meta = new Fields();
  const annotations = new Map<string, string>();
  let resourceVersion = '';
  while (object.next()) {
    if (object.field !== 1 || !object.isBytes) continue;
    meta.open(bytes, object.start, object.stop);
    while (meta.next()) {
      if (meta.field === 6 && meta.isBytes) resourceVersion = textBetween(bytes, meta.start, meta.stop);
      else if (meta.field === 12 && meta.isBytes) annotations.set(...readPair(meta));
    }
    if (meta.bad) object.bad = true;
  }
  return object.bad ? undefined : { resourceVersion, annotations };
}

/** An entry of a map of texts. */
export function readPair(entry: Fields, pair = new Fields()): [key: string, value: string] {
  pair.open(entry.bytes, entry.start, entry.stop);
  let [key, value] = ['', ''];
  while (pair.next()) {
    if (pair.field === 1 && pair.isBytes) key = textBetween(pair.bytes, pair.start, pair.stop);
    else if (pair.field === 2 && pair.isBytes) value = textBetween(pair.bytes, pair.start, pair.stop);
  }
  if (pair.bad) entry.bad = true;
  return [key, value];
}
