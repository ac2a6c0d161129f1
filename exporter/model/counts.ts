import type { CountsFailure, CountsObservation } from './counts-observation.ts';
import type { CountsView } from './view-connections.ts';

/** What others count, each for itself. */
export class Counts {
  readonly #rows = new Map<string, CountsRow>();

  values(): Iterable<CountsView> {
    return this.#rows.values();
  }

  /** Says whether there is a count. */
  see({ source, target, side, result }: CountsObservation): boolean {
    const row = this.#rows.get(source) ?? {
      target,
      side,
      failures: new Map(),
      connections: undefined,
      total: undefined,
    };
    this.#rows.set(source, row);
    if ('failed' in result) {
      row.failures.set(result.failed, (row.failures.get(result.failed) ?? 0) + 1);
      row.connections = undefined;
      row.total = undefined;
      return false;
    }
    row.connections = result.connections;
    row.total = result.total;
    return true;
  }
}

interface CountsRow extends CountsView {
  connections: number | undefined;
  total: number | undefined;
  readonly failures: Map<CountsFailure, number>;
}
