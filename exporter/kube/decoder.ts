/** The seam "bytes in, objects out": one decoder a wire format, or one for several. */
export interface Decoder<T> {
  /** Values for the header `accept` of a list and of a watch, at this moment. */
  readonly accept: { readonly list: string; readonly watch: string };
  /**
   * Reads one page, of which the server said that it is of this type. Lets a `TransportError` of the body pass;
   * everything else is a value.
   */
  list(body: AsyncIterable<Uint8Array>, contentType?: string): Promise<ListPage<T> | Undecodable>;
  /** A decoder for the stream of one watch of this type. */
  watch(contentType?: string): WatchDecoder<T>;
  /** The server has none of the types of `accept`: ask for fewer from here on, if that is possible. */
  refused?(): void;
}

export interface ListPage<T> {
  readonly kind: 'page';
  readonly resourceVersion: string;
  /** Token of the next page; empty on the last one. */
  readonly continue: string;
  readonly items: readonly T[];
}

export interface Undecodable {
  readonly kind: 'undecodable';
  readonly why: string;
}

export interface WatchDecoder<T> {
  /** Everything that became complete with this chunk, in order. */
  push(chunk: Uint8Array): WatchItem<T>[];
  /** Call when the stream has ended in good order: a half item that is left over is an error. */
  end(): WatchItem<T>[];
}

export type WatchItem<T> = WatchChange<T> | WatchBookmark | WatchError;

export interface WatchChange<T> {
  readonly kind: 'added' | 'modified' | 'deleted';
  readonly resourceVersion: string;
  readonly object: T;
}

export interface WatchBookmark {
  readonly kind: 'bookmark';
  readonly resourceVersion: string;
  /** What is told before it is the whole initial state. */
  readonly initialEventsEnd?: true;
}

/**
 * What the server reported in the stream, or (with code 0) what we could not read: reason `Torn` when the
 * end came within an item, so that it can be had again from the same place, else `Unreadable`.
 */
export interface WatchError {
  readonly kind: 'error';
  readonly code: number;
  readonly reason: string;
  readonly message: string;
}

/** The annotation of the bookmark that ends an initial state. */
export const initialEventsEnd = 'k8s.io/initial-events-end';

export function unreadable(message: string, reason = 'Unreadable'): WatchError {
  return { kind: 'error', code: 0, reason, message };
}

/** A whole page; a server that never ends it must not fill the memory. */
export async function readAtMost(
  body: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<Buffer | Undecodable> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limit)
      return { kind: 'undecodable', why: `a page of the list is longer than ${limit} bytes` };
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
