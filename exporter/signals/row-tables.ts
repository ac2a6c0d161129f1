import type { LeaseView, ModelView, NodeView } from '../model/view.ts';
import { slices } from '../slices.ts';
import { leaseRows, nodeRows, type ScrapeContext } from './projections.ts';
import { type PagedFamily, RowTable } from './row-table.ts';
import { admitRows } from './series-limit.ts';

/** All leases and all nodes, as far as `maxSeries` reaches. */
export class RowTables {
  readonly #view: ModelView;
  readonly #maxSeries: number;
  readonly #leases = new RowTable<LeaseView>(leaseRows);
  readonly #nodes = new RowTable<NodeView>(nodeRows);

  constructor(view: ModelView, maxSeries: number) {
    this.#view = view;
    this.#maxSeries = maxSeries;
  }

  /** Reads the rows that there are at this moment; returns how many leases they are, and what was left out. */
  async read(
    context: () => ScrapeContext,
  ): Promise<{ readonly leases: number; readonly suppressed: number }> {
    const { leases, nodes, suppressed } = admitRows(this.#view, this.#maxSeries);
    const turn = slices();
    await this.#leases.read(leases, context, turn);
    await this.#nodes.read(nodes, context, turn);
    return { leases: leases.length, suppressed };
  }

  families(context: ScrapeContext): PagedFamily[] {
    return [...this.#leases.families(context), ...this.#nodes.families(context)];
  }
}
