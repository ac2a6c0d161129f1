import type { NamesOf, Sample } from '../catalogue.ts';
import type { Moment } from '../clock.ts';
import type { RouteStats } from '../delivery/outbox.ts';
import type { ReceiverStats } from '../delivery/receiver-stats.ts';
import type { Round } from '../model/event.ts';
import type { LeaseView, ModelView, NodeView } from '../model/view.ts';
import type { DoorStats } from '../web/door-stats.ts';
import { countsProjections } from './projections-counts.ts';
import { leaseFamilies, leaseProjections } from './projections-leases.ts';
import { nodeFamilies } from './projections-nodes.ts';
import { policyFamilies, policyProjections } from './projections-policies.ts';
import { probeProjections } from './projections-probes.ts';
import { receiverProjections } from './projections-receivers.ts';
import { selfProjections } from './projections-self.ts';
import { socketProjections } from './projections-sockets.ts';
import { webProjections } from './projections-web.ts';
import type { RowKind } from './row-family.ts';
import type { Tally } from './tally.ts';

/** What a projection may read while a scrape is answered. */
export interface ScrapeContext {
  readonly view: ModelView;
  readonly now: Moment;
  readonly openRounds: Iterable<Round>;
  readonly mode: string;
  readonly version: string;
  readonly outbox: readonly RouteStats[];
  readonly receivers: readonly ReceiverStats[];
  /** Absent until the server listens. */
  readonly web?: DoorStats | undefined;
  readonly closedRounds: Tally<'class' | 'cause' | 'outcome'>;
  readonly suppressed: Tally<'reason'>;
  /** A label value made of the name of an object: harmless, capped and still unique. */
  readonly text: (name: string) => string;
}

/** What is told of every lease, and of every node. */
export const leaseRows = {
  naming: { namespace: (lease) => lease.namespace, lease: (lease) => lease.name },
  families: { ...leaseFamilies, ...policyFamilies },
} as const satisfies RowKind<LeaseView>;
export const nodeRows = {
  naming: { node: (node) => node.name },
  families: nodeFamilies,
} as const satisfies RowKind<NodeView>;

type RowFamilyName = keyof typeof leaseRows.families | keyof typeof nodeRows.families;

/** With the families of rows total over the gauges and counters of the catalogue: a missing one does not compile. */
export type Projections = {
  readonly [N in Exclude<NamesOf<'gauge' | 'counter'>, RowFamilyName>]: (
    context: ScrapeContext,
  ) => Iterable<Sample<N>>;
};

export const projections: Projections = {
  ...leaseProjections,
  ...policyProjections,
  ...probeProjections,
  ...countsProjections,
  ...socketProjections,
  ...receiverProjections,
  ...webProjections,
  ...selfProjections,
};
