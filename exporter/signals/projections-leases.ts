import type { Cause, LeaseState } from '../model/event.ts';
import type { LeaseView } from '../model/view.ts';
import type { Projections, ScrapeContext } from './projections.ts';
import { partsOf, type RowFamilies, type RowFamily } from './row-family.ts';
import { holderLabel } from './safe-text.ts';
import { inMilliseconds } from './steady-clock.ts';

const states: Readonly<Record<LeaseState, true>> = {
  held: true,
  expired: true,
  released: true,
  vacant: true,
  orphaned: true,
  deleted: true,
  unknown: true,
};
const causes: Readonly<Record<Cause, true>> = {
  released: true,
  expired: true,
  deleted: true,
  taken: true,
  coordinated: true,
  created: true,
};
const stateNames = Object.keys(states);
const causeNames = Object.keys(causes);

function isCause(name: string): name is Cause {
  return name in causes;
}

type Value = RowFamily<LeaseView>['value'];

/** Node leases are told as `node_heartbeat_*`. */
function each(value: (lease: LeaseView, context: ScrapeContext, part: string) => number | undefined): Value {
  return (lease, context, part) => (lease.class === 'node' ? undefined : value(lease, context, part));
}

/** As `each`, without deleted leases: they keep their state and their counters only. */
function living(value: Value): Value {
  return each((lease, context, part) =>
    lease.state === 'deleted' ? undefined : value(lease, context, part),
  );
}

function seconds(micros: number | undefined): number | undefined {
  return micros === undefined ? undefined : micros / 1e6;
}

export const leaseFamilies = {
  lease_info: {
    labels: {
      class: (lease) => lease.class,
      holder: (lease) => holderLabel(lease.holder),
      holder_pod: (lease, { text }) => text(lease.holderPod),
      holder_node: (lease, { text }) => text(lease.holderNode),
    },
    value: living(() => 1),
  },
  lease_state: {
    labels: { class: (lease) => lease.class, state: stateNames },
    value: each((lease, _, state) => (lease.state === state ? 1 : 0)),
  },
  lease_duration_seconds: { labels: {}, value: living((lease) => lease.durationSeconds) },
  lease_transitions: { labels: {}, value: living((lease) => lease.transitions) },
  lease_candidates: { labels: {}, value: living((lease) => lease.candidates) },
  lease_renew_timestamp_seconds: { labels: {}, value: living((lease) => seconds(lease.renewTime)) },
  lease_observed_renewal_timestamp_seconds: {
    labels: {},
    value: living((lease) => seconds(lease.observedWall)),
  },
  lease_acquire_timestamp_seconds: { labels: {}, value: living((lease) => seconds(lease.acquireTime)) },
  lease_renewals_total: { labels: {}, value: each((lease) => lease.renewals) },
  lease_late_renewals_total: { labels: {}, value: each((lease) => lease.lateRenewals) },
  lease_holder_changes_total: {
    labels: { cause: causeNames },
    value: each(({ holderChanges }, _, cause) => (isCause(cause) ? holderChanges[cause] : undefined)),
  },
  lease_gap_seconds_total: { labels: {}, value: each((lease) => lease.gapSeconds) },
  lease_leaderless_seconds_total: { labels: {}, value: each((lease) => lease.leaderlessSeconds) },
  lease_expired_seconds_total: {
    labels: {},
    value: each((lease, { now }) => lease.expiredSeconds(now.mono)),
  },
  lease_unknown_seconds_total: {
    labels: {},
    value: each((lease, { now }) => lease.unknownSeconds(now.mono)),
  },
  lease_missed_rounds_total: { labels: {}, value: each((lease) => lease.missedRounds) },
  lease_possible_overlaps_total: { labels: {}, value: each((lease) => lease.overlaps) },
  lease_clock_skew_seconds: {
    labels: {},
    value: living((lease, { now }) => inMilliseconds(lease.clockSkewSeconds(now))),
  },
} as const satisfies RowFamilies<LeaseView, 'namespace' | 'lease'>;

export const leaseProjections = {
  *lease_open_round_info({ openRounds, text }) {
    for (const { class: kind, namespace, lease, cause, traceId } of openRounds) {
      if (kind === 'node') continue;
      const labels = { namespace: text(namespace), lease: text(lease), cause, trace_id: traceId };
      yield { labels, value: 1 };
    }
  },
} satisfies Partial<Projections>;

/** The most series that one lease can have; what the limit on series is counted in. */
export const seriesPerLease =
  Object.values(leaseFamilies).reduce((sum, family) => sum + partsOf(family).length, 0) +
  Object.keys(leaseProjections).length;
