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
import { itemsOf, member, parseJson, textOf } from './json.ts';

export interface JsonLimits {
  /** Longest line of a watch, in bytes. etcd takes 1.5 MiB an object; anything far above it is no event. */
  readonly lineBytes: number;
  /** Longest page of a list, in bytes: V8 cannot hold a string of 512 MiB. */
  readonly pageBytes: number;
}

const defaults: JsonLimits = { lineBytes: 8 * 1024 * 1024, pageBytes: 256 * 1024 * 1024 };
const newline = 0x0a;

/** A decoder for `application/json`; `parse` answers `undefined` for what is not a `T`. */
export function jsonDecoder<T>(
  parse: (value: unknown) => T | undefined,
  limits: Partial<JsonLimits> = {},
): Decoder<T> {
  const { lineBytes, pageBytes } = { ...defaults, ...limits };
  return {
    accept: { list: 'application/json', watch: 'application/json' },
    async list(body) {
      const bytes = await readAtMost(body, pageBytes);
      return 'why' in bytes ? bytes : decodePage(bytes.toString('utf8'), parse);
    },
    watch: () => new LineDecoder(parse, lineBytes),
  };
}

function decodePage<T>(text: string, parse: (value: unknown) => T | undefined): ListPage<T> | Undecodable {
  const json = parseJson(text);
  if ('why' in json) return { kind: 'undecodable', why: `the list is not JSON: ${json.why}` };
  const resourceVersion = textOf(member(json.value, 'metadata', 'resourceVersion'));
  if (resourceVersion === undefined || resourceVersion === '') {
    return { kind: 'undecodable', why: 'the answer is not a list: it has no resourceVersion' };
  }
  const items: T[] = [];
  for (const value of itemsOf(member(json.value, 'items'))) {
    const item = parse(value);
    if (item === undefined) return { kind: 'undecodable', why: 'the list holds an object without a name' };
    items.push(item);
  }
  return {
    kind: 'page',
    resourceVersion,
    continue: textOf(member(json.value, 'metadata', 'continue')) ?? '',
    items,
  };
}

/** Splits at newlines over bytes: a chunk may end within a line and even within a character. */
class LineDecoder<T> implements WatchDecoder<T> {
  readonly #parse: (value: unknown) => T | undefined;
  readonly #limit: number;
  #rest: Uint8Array[] = [];
  #restLength = 0;

  constructor(parse: (value: unknown) => T | undefined, limit: number) {
    this.#parse = parse;
    this.#limit = limit;
  }

  push(chunk: Uint8Array): WatchItem<T>[] {
    const items: WatchItem<T>[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const line = this.#takeLine(chunk.subarray(start, end));
      if (line !== '') items.push(decodeLine(line, this.#parse));
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    if (this.#restLength <= this.#limit) return items;
    this.#takeLine(new Uint8Array());
    return [...items, unreadable(`an event is longer than ${this.#limit} bytes`)];
  }

  end(): WatchItem<T>[] {
    const line = this.#takeLine(new Uint8Array());
    return line === '' ? [] : [unreadable('the stream ended within an event', 'Torn')];
  }

  #keep(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#rest.push(part);
    this.#restLength += part.length;
  }

  #takeLine(last: Uint8Array): string {
    const line = Buffer.concat([...this.#rest, last])
      .toString('utf8')
      .trim();
    this.#rest = [];
    this.#restLength = 0;
    return line;
  }
}

function decodeLine<T>(line: string, parse: (value: unknown) => T | undefined): WatchItem<T> {
  const json = parseJson(line);
  if ('why' in json) return unreadable(`an event is not JSON: ${json.why}`);
  const type = member(json.value, 'type');
  const object = member(json.value, 'object');
  if (type === 'ERROR') return statusError(object);
  const resourceVersion = textOf(member(object, 'metadata', 'resourceVersion')) ?? '';
  if (type === 'BOOKMARK') {
    const isEnd = member(object, 'metadata', 'annotations', initialEventsEnd) === 'true';
    return { kind: 'bookmark', resourceVersion, ...(isEnd ? { initialEventsEnd: true } : {}) };
  }
  const kind = changes.get(type);
  if (kind === undefined) return unreadable(`an event of unknown type ${JSON.stringify(type)?.slice(0, 60)}`);
  const parsed = parse(object);
  if (parsed === undefined) return unreadable(`an event of type ${type} holds an object without a name`);
  return { kind, resourceVersion, object: parsed };
}

const changes: ReadonlyMap<unknown, 'added' | 'modified' | 'deleted'> = new Map([
  ['ADDED', 'added'],
  ['MODIFIED', 'modified'],
  ['DELETED', 'deleted'],
]);

function statusError(status: unknown): WatchError {
  const code = member(status, 'code');
  return {
    kind: 'error',
    code: typeof code === 'number' ? code : 0,
    reason: textOf(member(status, 'reason'), 100) ?? '',
    message: textOf(member(status, 'message'), 500) || 'the server ended the watch with an error',
  };
}
