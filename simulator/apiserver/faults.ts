import type { Context, OpenWatch } from './context.ts';

/** What can be made to go wrong, and right again. */
export interface Faults {
  /** The server is gone: requests fail without an answer, open watches break. */
  stop(): void;
  /** The server is back, with a new watch window, as after a restart: older watches have to list again. */
  start(): void;
  /** News reaches watches and cheap reads (resourceVersion 0) only after `ms`; 0 ends it. */
  watchLag(ms: number): void;
  /** Every open watch loses its connection; new ones are fine. */
  breakWatches(): void;
  /** Open watches stay open, but nothing comes through any more, not even an end. */
  freezeWatches(): void;
  /**
   * History is compacted: open watches end with a 410 in their stream, and starting from before now is
   * refused with one, in the stream (as the real server does) or as the HTTP status.
   */
  expireWatches(how?: 'stream' | 'status'): void;
  /** `plural`, or one verb of it as in `list pods`, is refused to everybody until `allow` of the same. */
  forbid(what: string): void;
  allow(what: string): void;
  /** The credentials are refused, or accepted again. */
  unauthorized(on?: boolean): void;
  /** Every answer takes `ms` longer to begin; 0 ends it. */
  respondSlow(ms: number): void;
  /** Writes are committed `ms` late, but not lost: also when their sender has given up by then. 0 ends it. */
  commitSlow(ms: number): void;
}

export function createFaults(context: Context): Faults {
  const { state, store, cache, watches } = context;
  const each = (act: (watch: OpenWatch) => void): void => [...watches].forEach(act);
  return {
    stop() {
      state.stopped = true;
      each((watch) => watch.stream.fail('simulated API server: stopped'));
    },
    start() {
      state.stopped = false;
      // A server that starts writes a few objects of its own before it serves.
      store.skip(2);
      cache.restart();
    },
    watchLag: (ms) => cache.lag(ms),
    breakWatches: () => each((watch) => watch.stream.fail('simulated API server: connection reset')),
    freezeWatches: () => each((watch) => watch.stream.freeze()),
    expireWatches(how = 'stream') {
      state.gone = how;
      store.skip(1);
      store.compact();
      each((watch) => watch.expire());
    },
    forbid: (what) => void state.forbidden.add(what),
    allow: (what) => void state.forbidden.delete(what),
    unauthorized(on = true) {
      state.unauthorized = on;
    },
    respondSlow(ms) {
      state.slowMs = ms;
    },
    commitSlow(ms) {
      state.commitMs = ms;
    },
  };
}
