import { useMemo } from 'preact/hooks';
import { type Filter, isNarrowed, noFilter } from '../shown/filter.ts';
import type { LeaseRow } from '../tables.ts';
import { memo } from './memo.ts';

export interface SearchProps {
  readonly leases: ReadonlyMap<string, LeaseRow>;
  readonly filter: Filter;
  readonly setFilter: (part: Partial<Filter>) => void;
}

export const Search = memo(({ leases, filter, setFilter }: SearchProps) => {
  const namespaces = useMemo(
    () =>
      [...new Set([...Array.from(leases.values(), ({ namespace }) => namespace), filter.namespace])].sort(),
    [leases, filter.namespace],
  );
  return (
    <search class="search">
      <label>
        <span class="heard">Find leases, holders, nodes and rounds</span>
        <input
          type="search"
          placeholder="Find a lease, a holder, a node…"
          value={filter.text}
          onInput={({ currentTarget }) => setFilter({ text: currentTarget.value })}
        />
      </label>
      <label>
        <span class="heard">Namespace</span>
        <select
          value={filter.namespace}
          onChange={({ currentTarget }) => setFilter({ namespace: currentTarget.value })}
        >
          <option value="">all namespaces</option>
          {namespaces
            .filter((name) => name !== '')
            .map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
        </select>
      </label>
      {isNarrowed(filter) && (
        <button type="button" class="plain" onClick={() => setFilter({ ...noFilter, lease: filter.lease })}>
          Show all
        </button>
      )}
    </search>
  );
});
