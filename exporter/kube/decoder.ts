/** The seam "bytes in, objects out": one decoder a wire format (JSON now; protobuf may stand beside it). */
export interface Decoder<T> {
  /** Values for the header `accept` of a list and of a watch. */
  readonly accept: { readonly list: string; readonly watch: string };
  /** Reads one page. Lets a `TransportError` of the body pass; everything else is a value. */
  list(body: AsyncIterable<Uint8Array>): Promise<ListPage<T> | Undecodable>;
  /** A decoder for the stream of one watch. */
  watch(): WatchDecoder<T>;
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
