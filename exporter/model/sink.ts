import type { Moment } from '../clock.ts';
import type { Event } from './event.ts';
import type { NodeRow } from './node-row.ts';
import type { Ask } from './observation.ts';
import type { WatchDebt } from './watch-debt.ts';
import type { WatchLag } from './watch-lag.ts';

/** Where the model puts what it concludes and what it wants to know. */
export interface Sink {
  event(event: Event): void;
  ask(ask: Ask): void;
}

/** What a state machine sees of the world while it handles one observation. */
export interface Now {
  readonly at: Moment;
  readonly sink: Sink;
  readonly clusterUid: string;
  /** How late news has been. */
  readonly lags: WatchLag;
  /** Which watches do not tell what reads show. */
  readonly debts: WatchDebt;
  /** By name. Whether all Nodes of the cluster are among them is told by `allNodes`. */
  readonly nodes: ReadonlyMap<string, NodeRow>;
  readonly allNodes: boolean;
}
