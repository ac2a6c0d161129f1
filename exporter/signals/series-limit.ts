import type { LeaseView, ModelView, NodeView } from '../model/view.ts';
import { seriesPerLease } from './projections-leases.ts';
import { seriesPerNode } from './projections-nodes.ts';
import { seriesOfPolicy } from './projections-policies.ts';

export interface AdmittedRows {
  readonly leases: readonly LeaseView[];
  readonly nodes: readonly NodeView[];
  /** The most series that those could have had which are left out. */
  readonly suppressed: number;
}

/** The rows as far as `maxSeries` reaches. An object is told whole or not at all, leases before nodes. */
export function admitRows(view: ModelView, maxSeries: number): AdmittedRows {
  const leases = [...view.leases()];
  const nodes = [...view.nodes()];
  const { count, series, suppressed } = admitLeases(leases, maxSeries);
  const left = suppressed > 0 ? 0 : Math.floor((maxSeries - series) / seriesPerNode);
  const without = Math.max(0, nodes.length - left);
  if (suppressed === 0 && without === 0) return { leases, nodes, suppressed };
  return {
    leases: leases.slice(0, count),
    nodes: nodes.slice(0, nodes.length - without),
    suppressed: suppressed + without * seriesPerNode,
  };
}

function admitLeases(leases: readonly LeaseView[], budget: number) {
  const result = { count: 0, series: 0, suppressed: 0 };
  for (const lease of leases) {
    const series = lease.class === 'node' ? 0 : seriesPerLease + seriesOfPolicy(lease);
    if (result.suppressed > 0 || result.series + series > budget) {
      result.suppressed += series;
    } else {
      result.count += 1;
      result.series += series;
    }
  }
  return result;
}

export function* firstOf<T>(items: Iterable<T>, count: number): Iterable<T> {
  let left = count;
  for (const item of items) {
    if (left === 0) return;
    yield item;
    left -= 1;
  }
}
