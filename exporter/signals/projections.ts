import type { NamesOf, Sample } from '../catalogue.ts';
import type { Moment } from '../clock.ts';
import type { RouteStats } from '../delivery/outbox.ts';
import type { ReceiverStats } from '../delivery/receiver-stats.ts';
import type { ModelView } from '../model/view.ts';
import { countsProjections } from './projections-counts.ts';
import { leaseProjections } from './projections-leases.ts';
import { nodeProjections } from './projections-nodes.ts';
import { policyProjections } from './projections-policies.ts';
import { probeProjections } from './projections-probes.ts';
import { receiverProjections } from './projections-receivers.ts';
import { selfProjections } from './projections-self.ts';
import { socketProjections } from './projections-sockets.ts';
import type { Tally } from './tally.ts';

/** What a projection may read while a scrape is answered. */
export interface ScrapeContext {
  readonly view: ModelView;
  readonly now: Moment;
  readonly mode: string;
  readonly version: string;
  readonly outbox: readonly RouteStats[];
  readonly receivers: readonly ReceiverStats[];
  readonly closedRounds: Tally<'class' | 'cause' | 'outcome'>;
  readonly suppressed: Tally<'reason'>;
  /** A label value made of the name of an object: harmless, capped and still unique. */
  readonly text: (name: string) => string;
}

/** Total over the gauges and counters of the catalogue: a missing projection does not compile. */
export type Projections = {
  readonly [N in NamesOf<'gauge' | 'counter'>]: (context: ScrapeContext) => Iterable<Sample<N>>;
};

export const projections: Projections = {
  ...leaseProjections,
  ...policyProjections,
  ...nodeProjections,
  ...probeProjections,
  ...countsProjections,
  ...socketProjections,
  ...receiverProjections,
  ...selfProjections,
};
