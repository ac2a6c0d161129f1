import type { Clock } from '../../exporter/clock.ts';
import type { Store, StoreEvent } from './store.ts';

/**
 * What watches and cheap reads see: the store, as far as news of it has arrived. A real API server's
 * watch cache runs behind etcd, too; here the lag is a fault that can be set.
 */
export interface WatchCache {
  /** The latest revision that has arrived. */
  revision(): number;
  /** Events after `from` that have arrived, or the oldest revision from which a watch can still start. */
  since(from: number): readonly StoreEvent[] | { readonly oldest: number };
  subscribe(see: (event: StoreEvent) => void): () => void;
  /** How long news takes from now on, in milliseconds; it never overtakes earlier news. */
  lag(ms: number): void;
  /** Forgets every event, as a restart of the server does. */
  restart(): void;
}

export function createCache(store: Store, clock: Clock): WatchCache {
  const listeners = new Set<(event: StoreEvent) => void>();
  let underWay: StoreEvent[] = [];
  let lagMs = 0;
  let oldest = 0;

  function arrive(upTo: number): void {
    while (underWay[0] !== undefined && underWay[0].revision <= upTo) {
      const event = underWay.shift();
      if (event !== undefined) for (const see of listeners) see(event);
    }
  }
  function revision(): number {
    const next = underWay[0];
    return next === undefined ? store.revision() : next.revision - 1;
  }

  store.subscribe((event) => {
    underWay.push(event);
    if (lagMs === 0) arrive(event.revision);
    else clock.after(lagMs, () => arrive(event.revision));
  });
  return {
    revision,
    since(from) {
      const events = store.since(from);
      if (from < oldest) return { oldest };
      if (events === 'compacted') return { oldest: store.revision() };
      const arrived = revision();
      return events.filter((event) => event.revision <= arrived);
    },
    subscribe(see) {
      listeners.add(see);
      return () => listeners.delete(see);
    },
    lag(ms) {
      lagMs = ms;
    },
    restart() {
      underWay = [];
      oldest = store.revision();
    },
  };
}
