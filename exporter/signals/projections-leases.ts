import type { Cause, LeaseClass, LeaseState } from '../model/event.ts';
import type { LeaseView } from '../model/view.ts';
import type { Projections, ScrapeContext } from './projections.ts';
import { holderLabel } from './safe-text.ts';

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
const causeNames: readonly string[] = Object.keys(causes);

type LeaseLabels = Readonly<Record<'namespace' | 'lease', string>>;

/** Node leases are told as `node_heartbeat_*`. */
function told(leaseClass: LeaseClass): boolean {
  return leaseClass !== 'node';
}

/** One sample a lease; none where `value` is undefined. */
function* each(
  context: ScrapeContext,
  value: (lease: LeaseView) => number | undefined,
): Iterable<{ labels: LeaseLabels; value: number }> {
  for (const lease of context.view.leases()) {
    const number = told(lease.class) ? value(lease) : undefined;
    if (number !== undefined) yield { labels: labelsOf(context, lease), value: number };
  }
}

/** As `each`, without deleted leases: they keep their state and their counters only. */
function living(context: ScrapeContext, value: (lease: LeaseView) => number | undefined) {
  return each(context, (lease) => (lease.state === 'deleted' ? undefined : value(lease)));
}

function labelsOf(context: ScrapeContext, lease: { namespace: string; name: string }): LeaseLabels {
  return { namespace: context.text(lease.namespace), lease: context.text(lease.name) };
}

function seconds(micros: number | undefined): number | undefined {
  return micros === undefined ? undefined : micros / 1e6;
}

export const leaseProjections = {
  *lease_info(context) {
    for (const lease of context.view.leases()) {
      if (!told(lease.class) || lease.state === 'deleted') continue;
      const holder = {
        holder: holderLabel(lease.holder),
        holder_pod: context.text(lease.holderPod),
        holder_node: context.text(lease.holderNode),
      };
      yield { labels: { ...labelsOf(context, lease), class: lease.class, ...holder }, value: 1 };
    }
  },
  *lease_state(context) {
    for (const lease of context.view.leases()) {
      if (!told(lease.class)) continue;
      const labels = { ...labelsOf(context, lease), class: lease.class };
      for (const state of stateNames) {
        yield { labels: { ...labels, state }, value: lease.state === state ? 1 : 0 };
      }
    }
  },
  lease_duration_seconds: (context) => living(context, (lease) => lease.durationSeconds),
  lease_transitions: (context) => living(context, (lease) => lease.transitions),
  lease_candidates: (context) => living(context, (lease) => lease.candidates),
  lease_renew_timestamp_seconds: (context) => living(context, (lease) => seconds(lease.renewTime)),
  lease_observed_renewal_timestamp_seconds: (context) =>
    living(context, (lease) => seconds(lease.observedWall)),
  lease_acquire_timestamp_seconds: (context) => living(context, (lease) => seconds(lease.acquireTime)),
  lease_renewals_total: (context) => each(context, (lease) => lease.renewals),
  lease_late_renewals_total: (context) => each(context, (lease) => lease.lateRenewals),
  *lease_holder_changes_total(context) {
    for (const lease of context.view.leases()) {
      if (!told(lease.class)) continue;
      const changes: Readonly<Record<string, number>> = lease.holderChanges;
      for (const cause of causeNames) {
        yield { labels: { ...labelsOf(context, lease), cause }, value: changes[cause] ?? 0 };
      }
    }
  },
  lease_gap_seconds_total: (context) => each(context, (lease) => lease.gapSeconds),
  lease_leaderless_seconds_total: (context) => each(context, (lease) => lease.leaderlessSeconds),
  lease_expired_seconds_total: (context) => each(context, (lease) => lease.expiredSeconds(context.now.mono)),
  lease_unknown_seconds_total: (context) => each(context, (lease) => lease.unknownSeconds(context.now.mono)),
  lease_missed_rounds_total: (context) => each(context, (lease) => lease.missedRounds),
  lease_possible_overlaps_total: (context) => each(context, (lease) => lease.overlaps),
  lease_clock_skew_seconds: (context) => living(context, (lease) => lease.clockSkewSeconds(context.now)),
  *lease_open_round_info(context) {
    for (const round of context.view.openRounds()) {
      if (!told(round.class)) continue;
      const labels = labelsOf(context, { namespace: round.namespace, name: round.lease });
      yield { labels: { ...labels, cause: round.cause, trace_id: round.traceId }, value: 1 };
    }
  },
} satisfies Partial<Projections>;

/** The most series that one lease can have; what the limit on series is counted in. */
export const seriesPerLease =
  Object.keys(leaseProjections).length - 2 + stateNames.length + causeNames.length;
