import type { LeaseView, ModelView } from '../model/view.ts';
import { seriesPerLease } from './projections-leases.ts';
import { seriesPerNode } from './projections-nodes.ts';
import { seriesOfPolicy } from './projections-policies.ts';
import type { Tally } from './tally.ts';

/**
 * The view as far as `maxSeries` reaches. An object is told whole or not at all, leases before nodes;
 * what is left out is counted at every scrape, as the most series that it could have had.
 */
export function limitView(view: ModelView, maxSeries: number, suppressed: Tally<'reason'>): ModelView {
  const cost = (lease: LeaseView) => (lease.class === 'node' ? 0 : seriesPerLease + seriesOfPolicy(lease));
  const leases = admit(view.leases(), cost, maxSeries);
  const nodes = admit(view.nodes(), () => seriesPerNode, maxSeries - leases.series);
  const left = leases.suppressed + nodes.suppressed;
  if (left > 0) suppressed.add({ reason: 'series_limit' }, left);
  if (leases.suppressed === 0 && nodes.suppressed === 0) return view;
  return {
    leases: () => take(view.leases(), leases.count),
    nodes: () => take(view.nodes(), nodes.count),
    sources: () => view.sources(),
    connections: () => view.connections(),
    policies: () => view.policies(),
    pushes: () => view.pushes(),
    openRounds: () => take(view.openRounds(), leases.count),
    massSilence: () => view.massSilence(),
  };
}

function admit<T>(objects: Iterable<T>, cost: (object: T) => number, budget: number) {
  const result = { count: 0, series: 0, suppressed: 0 };
  for (const object of objects) {
    const series = cost(object);
    if (result.suppressed > 0 || result.series + series > budget) {
      result.suppressed += series;
    } else {
      result.count += 1;
      result.series += series;
    }
  }
  return result;
}

function* take<T>(objects: Iterable<T>, count: number): Iterable<T> {
  let left = count;
  if (left === 0) return;
  for (const object of objects) {
    yield object;
    left -= 1;
    if (left === 0) return;
  }
}
