import { useCallback, useMemo, useState } from 'preact/hooks';
import { type Filter, findLeases, findWhatever, isNarrowed, leaseStates, noFilter } from '../shown/filter.ts';
import { inOrderOfNeed } from '../shown/order.ts';
import { count } from '../shown/words.ts';
import type { LeaseRow } from '../tables.ts';
import { Icon, leaseShapes } from './icons.tsx';
import { LeaseLine } from './lease-row.tsx';
import { memo } from './memo.ts';
import { Windowed } from './windowed.tsx';

export interface LeasesProps {
  readonly leases: ReadonlyMap<string, LeaseRow>;
  readonly filter: Filter;
  readonly setFilter: (part: Partial<Filter>) => void;
  readonly waiting: boolean;
}

const rowRem = { wide: 3.25, narrow: 6.5 };
/** Up to so many rows the page grows; beyond, they scroll in a frame of their own. */
const mostWhole = 40;

export const Leases = memo(({ leases, filter, setFilter, waiting }: LeasesProps) => {
  const found = useMemo(() => inOrderOfNeed(findLeases(leases.values(), filter)), [leases, filter]);
  const [focus, setFocus] = useState({ index: 0, moved: false });
  const last = found.length - 1;
  const active = Math.min(focus.index, last);
  const open = useCallback((lease: string) => setFilter({ lease }), [setFilter]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const move = moves.get(event.key);
    if (move === undefined) return;
    event.preventDefault();
    setFocus(({ index }) => ({ index: within(move(Math.min(index, last), last), last), moved: true }));
  };
  const onFocusIn = ({ target }: FocusEvent): void => {
    const lease = target instanceof HTMLElement ? target.dataset.lease : undefined;
    const index = found.findIndex(({ id }) => id === lease);
    if (index >= 0 && index !== active) setFocus({ index, moved: true });
  };
  return (
    <section class="panel leases" aria-labelledby="leases-title" id="leases">
      <div class="panel-head">
        <h2 id="leases-title">Leases</h2>
        <StateChips leases={leases} filter={filter} setFilter={setFilter} />
      </div>
      {found.length === 0 ? (
        <Nothing filter={filter} setFilter={setFilter} waiting={waiting} />
      ) : (
        <div class={`lease-table${found.length > mostWhole ? ' is-long' : ''}`}>
          <Windowed
            count={found.length}
            rowRem={rowRem}
            label="Leases"
            head={<Head />}
            active={focus.moved ? active : -1}
            onKeyDown={onKeyDown}
            onFocusIn={onFocusIn}
            row={(index, top) => {
              const lease = found[index];
              const here = index === active;
              return (
                lease && (
                  <LeaseLine
                    key={lease.id}
                    {...{ lease, index, top, open }}
                    active={here}
                    focused={here && focus.moved}
                  />
                )
              );
            }}
          />
        </div>
      )}
    </section>
  );
});

function Head() {
  return (
    <thead>
      <tr class="lease-titles" aria-rowindex={1}>
        <th scope="col">Lease</th>
        <th scope="col">State</th>
        <th scope="col">Leader</th>
        <th scope="col">Time left</th>
        <th scope="col">Kind</th>
        <th scope="col" title="Changes of the leader in the last 24 hours, as far as leasewatch ran">
          Changes
        </th>
        <th scope="col">For</th>
      </tr>
    </thead>
  );
}

function StateChips({ leases, filter, setFilter }: Pick<LeasesProps, 'leases' | 'filter' | 'setFilter'>) {
  const all = useMemo(() => countStates(findWhatever(leases.values(), filter)), [leases, filter]);
  const shown = leaseStates.filter((state) => all.has(state) || filter.states.includes(state));
  const toggle = (state: LeaseRow['state']) =>
    filter.states.includes(state)
      ? filter.states.filter((each) => each !== state)
      : [...filter.states, state];
  return (
    <fieldset class="chips">
      <legend class="heard">States that are shown</legend>
      {shown.map((state) => (
        <button
          key={state}
          type="button"
          class={`chip is-${state}`}
          aria-pressed={filter.states.includes(state)}
          onClick={() => setFilter({ states: toggle(state) })}
        >
          <Icon shape={leaseShapes[state]} />
          {state} <span class="number">{count(all.get(state) ?? 0)}</span>
        </button>
      ))}
    </fieldset>
  );
}

function countStates(leases: readonly LeaseRow[]): ReadonlyMap<LeaseRow['state'], number> {
  const counts = new Map<LeaseRow['state'], number>();
  for (const { state } of leases) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}

function Nothing({ filter, setFilter, waiting }: Pick<LeasesProps, 'filter' | 'setFilter' | 'waiting'>) {
  if (waiting) return <p class="nothing">Waiting for the first news…</p>;
  if (!isNarrowed(filter)) return <p class="nothing">No lease is watched, or none has been seen yet.</p>;
  return (
    <p class="nothing">
      No lease is like that.{' '}
      <button type="button" class="plain" onClick={() => setFilter({ ...noFilter, lease: filter.lease })}>
        Show all
      </button>
    </p>
  );
}

/** Where keys lead from a row. */
const moves: ReadonlyMap<string, (index: number, last: number) => number> = new Map([
  ['ArrowDown', (index: number) => index + 1],
  ['ArrowUp', (index: number) => index - 1],
  ['PageDown', (index: number) => index + 10],
  ['PageUp', (index: number) => index - 10],
  ['Home', () => 0],
  ['End', (_: number, last: number) => last],
]);

function within(index: number, last: number): number {
  return Math.max(0, Math.min(last, index));
}
