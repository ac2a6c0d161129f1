import {
  type Decoder,
  initialEventsEnd,
  type ListPage,
  readAtMost,
  type Undecodable,
  unreadable,
  type WatchDecoder,
  type WatchError,
  type WatchItem,
} from './decoder.ts';
import { Frames } from './frames.ts';
import { Fields } from './protobuf.ts';
import { Envelope, protobufType } from './protobuf-envelope.ts';
import { readBookmark, readListMeta, readStatus } from './protobuf-meta.ts';
import { isText, textBetween } from './protobuf-text.ts';

/** Reads the objects of one kind. */
export interface ObjectReader<T> {
  /** Such as `Lease`. */
  readonly kind: string;
  /** The object between two places; `undefined` where the bytes are none, or one without a name. */
  read(bytes: Buffer, from: number, to: number): T | undefined;
}

export interface ProtobufLimits {
  /** Longest event of a watch, in bytes. etcd takes 1.5 MiB an object; anything far above it is no event. */
  readonly frameBytes: number;
  /** Longest page of a list, in bytes. */
  readonly pageBytes: number;
}

const defaults: ProtobufLimits = { frameBytes: 8 * 1024 * 1024, pageBytes: 256 * 1024 * 1024 };

/** A decoder for the protobuf of Kubernetes, of which it reads what `reader` wants. */
export function protobufDecoder<T extends { readonly resourceVersion: string }>(
  reader: ObjectReader<T>,
  limits: Partial<ProtobufLimits> = {},
): Decoder<T> {
  const { frameBytes, pageBytes } = { ...defaults, ...limits };
  return {
    accept: { list: protobufType, watch: `${protobufType};stream=watch` },
    async list(body) {
      const bytes = await readAtMost(body, pageBytes);
      return 'why' in bytes ? bytes : decodePage(bytes, reader);
    },
    watch: () => new EventDecoder(reader, frameBytes),
  };
}

function decodePage<T>(bytes: Buffer, reader: ObjectReader<T>): ListPage<T> | Undecodable {
  const envelope = new Envelope();
  if (!envelope.open(bytes, 0, bytes.length)) return undecodable('the list is not protobuf');
  if (!envelope.isOf(`${reader.kind}List`)) return undecodable(`the answer is not a ${reader.kind}List`);
  const list = new Fields().open(bytes, envelope.start, envelope.stop);
  const items: T[] = [];
  let meta: ReturnType<typeof readListMeta>;
  while (list.next()) {
    if (list.field === 1 && list.isBytes) meta = readListMeta(bytes, list.start, list.stop);
    else if (list.field === 2 && list.isBytes) {
      const item = reader.read(bytes, list.start, list.stop);
      if (item === undefined) return undecodable('the list holds an object without a name');
      items.push(item);
    }
  }
  if (list.bad) return undecodable('the list is not whole');
  if (meta === undefined || meta.resourceVersion === '')
    return undecodable('the answer is not a list: it has no resourceVersion');
  return { kind: 'page', ...meta, items };
}

function undecodable(why: string): Undecodable {
  return { kind: 'undecodable', why };
}

/** Each frame is an event: its type, and an object in its envelope. */
class EventDecoder<T extends { readonly resourceVersion: string }> implements WatchDecoder<T> {
  readonly #reader: ObjectReader<T>;
  readonly #limit: number;
  readonly #frames: Frames;
  readonly #event = new Fields();
  readonly #extension = new Fields();
  readonly #envelope = new Envelope();
  #objectFrom = 0;
  #objectTo = 0;

  constructor(reader: ObjectReader<T>, limit: number) {
    this.#reader = reader;
    this.#limit = limit;
    this.#frames = new Frames(limit);
  }

  push(chunk: Uint8Array): WatchItem<T>[] {
    const items: WatchItem<T>[] = [];
    const found = this.#frames.push(chunk, (bytes, from, to) => {
      const item = this.#decode(bytes, from, to);
      items.push(item);
      return item.kind !== 'error';
    });
    if (!found) items.push(unreadable(`an event is longer than ${this.#limit} bytes`));
    return items;
  }

  end(): WatchItem<T>[] {
    return this.#frames.torn ? [unreadable('the stream ended within an event', 'Torn')] : [];
  }

  #decode(bytes: Buffer, from: number, to: number): WatchItem<T> {
    const event = this.#event.open(bytes, from, to);
    let [typeFrom, typeTo] = [0, 0];
    this.#objectFrom = this.#objectTo = 0;
    while (event.next()) {
      if (event.field === 1 && event.isBytes) {
        typeFrom = event.start;
        typeTo = event.stop;
      } else if (event.field === 2 && event.isBytes) this.#findObject(event);
    }
    if (event.bad) return unreadable('an event is not protobuf');
    const type = typeAt(bytes, typeFrom, typeTo);
    if (type === 'ERROR') return statusError(bytes, this.#objectFrom, this.#objectTo);
    const kind = kinds.get(type);
    if (kind === undefined) return unreadable(`an event of unknown type ${JSON.stringify(type)}`);
    return this.#decodeObject(bytes, type, kind);
  }

  /** What is in a RawExtension. */
  #findObject(event: Fields): void {
    const extension = this.#extension.open(event.bytes, event.start, event.stop);
    while (extension.next()) {
      if (extension.field !== 1 || !extension.isBytes) continue;
      this.#objectFrom = extension.start;
      this.#objectTo = extension.stop;
    }
    if (extension.bad) event.bad = true;
  }

  #decodeObject(bytes: Buffer, type: string, kind: Kind): WatchItem<T> {
    const envelope = this.#envelope;
    const { kind: wanted } = this.#reader;
    if (!envelope.open(bytes, this.#objectFrom, this.#objectTo) || !envelope.isOf(wanted))
      return unreadable(`an event of type ${type} holds no ${wanted}`);
    if (kind === 'bookmark') {
      const mark = readBookmark(bytes, envelope.start, envelope.stop);
      if (mark === undefined) return unreadable('a bookmark is not protobuf');
      const isEnd = mark.annotations.get(initialEventsEnd) === 'true';
      return { kind, resourceVersion: mark.resourceVersion, ...(isEnd ? { initialEventsEnd: true } : {}) };
    }
    const object = this.#reader.read(bytes, envelope.start, envelope.stop);
    if (object === undefined) return unreadable(`an event of type ${type} holds an object without a name`);
    return { kind, resourceVersion: object.resourceVersion, object };
  }
}

type Kind = 'added' | 'modified' | 'deleted' | 'bookmark';

const kinds: ReadonlyMap<string, Kind> = new Map([
  ['MODIFIED', 'modified'],
  ['ADDED', 'added'],
  ['DELETED', 'deleted'],
  ['BOOKMARK', 'bookmark'],
]);

/** Without making a text of it, where it is what nearly all are. */
function typeAt(bytes: Buffer, from: number, to: number): string {
  return isText(bytes, from, to, 'MODIFIED') ? 'MODIFIED' : textBetween(bytes, from, to, 60);
}

function statusError(bytes: Buffer, from: number, to: number): WatchError {
  const { code = 0, reason = '', message = '' } = readStatus(bytes, from, to) ?? {};
  return { kind: 'error', code, reason, message: message || 'the server ended the watch with an error' };
}
