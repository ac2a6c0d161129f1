import type { Moment } from '../clock.ts';
import type { ModelView } from '../model/view.ts';
import { leaseJson, timeJson } from './json.ts';
import type { LeaseHistory } from './lease-history.ts';

/** What `/api/leases` answers. What is counted of changes is counted since `watchedSince`. */
export function leasesJson(
  view: Pick<ModelView, 'leases'>,
  history: LeaseHistory,
  started: Moment,
  now: Moment,
) {
  return {
    asOf: timeJson(now.wall),
    watchedSince: timeJson(started.wall),
    watchedSeconds: Math.max(0, now.mono - started.mono) / 1000,
    leases: Array.from(view.leases(), (lease) =>
      leaseJson(lease, now, history.of(lease.namespace, lease.name, now)),
    ),
  };
}
