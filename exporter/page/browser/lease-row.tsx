import { useLayoutEffect, useRef } from 'preact/hooks';
import { shortHolder } from '../shown/names.ts';
import { isElection } from '../shown/order.ts';
import { count, duration, roughAge } from '../shown/words.ts';
import type { LeaseRow } from '../tables.ts';
import { leaseShapes, State } from './icons.tsx';
import { memo } from './memo.ts';
import { Name } from './name.tsx';
import { Bar, SecondsLeft, Since, SinceWall } from './time-left.tsx';

export interface LeaseLineProps {
  readonly lease: LeaseRow;
  readonly index: number;
  readonly top: string;
  /** Whether the Tab key stops here: of all rows at one only. */
  readonly active: boolean;
  /** Whether it is to have the focus, since somebody moved there. */
  readonly focused: boolean;
  readonly open: (lease: string) => void;
}

export const kinds: Record<LeaseRow['class'], string> = {
  election: 'election',
  coordinated: 'coordinated election',
  apiserver: 'API server',
  heartbeat: 'heartbeat',
  lock: 'lock',
  node: 'node',
};

export const LeaseLine = memo(({ lease, index, top, active, focused, open }: LeaseLineProps) => {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (focused) button.current?.focus({ preventScroll: true });
  }, [focused]);
  return (
    <tr class={`lease-row is-${lease.state}`} aria-rowindex={index + 2} style={{ top }}>
      <th scope="row" class="cell-name">
        <button
          ref={button}
          type="button"
          class="name"
          tabIndex={active ? 0 : -1}
          data-lease={lease.id}
          onClick={() => open(lease.id)}
        >
          <strong>
            <Name text={lease.lease} />
          </strong>
          <small>{lease.namespace}</small>
        </button>
      </th>
      <td class="cell-state">
        <State state={lease.state} shape={leaseShapes[lease.state]} />
      </td>
      <td class="cell-holder">
        <Holder lease={lease} />
      </td>
      <td class="cell-left">
        <TimeLeft lease={lease} />
      </td>
      <td class="cell-kind">{kinds[lease.class]}</td>
      <td class="cell-changes number">
        <Changes lease={lease} />
      </td>
      <td class="cell-since">
        <Since since={lease.since} say={roughAge} />
      </td>
    </tr>
  );
});

/** Who leads. What is written in a lease whose time is up says who led. */
export function Holder({ lease }: { readonly lease: LeaseRow }) {
  const { state, holder, pod, node } = lease;
  const name = pod ?? holder;
  const led = state === 'expired' || state === 'orphaned' || state === 'deleted';
  if (name === '' || led || state === 'released')
    return (
      <span class="holder">
        <span class="nobody">nobody</span>
        {name !== '' && led && <small title={holder}>before: {shortHolder(name)}</small>}
      </span>
    );
  return (
    <span class="holder">
      <Name text={shortHolder(name)} title={holder} />
      {node !== null && <small>on {node}</small>}
    </span>
  );
}

function TimeLeft({ lease }: { readonly lease: LeaseRow }) {
  const { state, durationSeconds, observed, since, renewedAt } = lease;
  if (state === 'held' && durationSeconds !== null) {
    const forMs = durationSeconds * 1000;
    return (
      <span class="left">
        <Bar from={observed} forMs={forMs} />
        <SecondsLeft from={observed} forMs={forMs} up="time is up" />
      </span>
    );
  }
  if (state === 'expired')
    return (
      <span class="left is-bad">
        <span class="bar is-over" />
        <span>
          silent <Since since={observed} say={short} />
        </span>
      </span>
    );
  if (state === 'released')
    return (
      <span class="left is-bad">
        <span class="bar is-over" />
        <span>
          free <Since since={since} say={short} />
        </span>
      </span>
    );
  if (state === 'orphaned' && renewedAt !== null)
    return (
      <span class="left is-quiet">
        <span>
          left over for <SinceWall at={renewedAt} say={roughAge} />
        </span>
      </span>
    );
  if (state === 'unknown') return <span class="left is-quiet">nobody knows</span>;
  return <span class="left is-quiet">–</span>;
}

/** With a tenth as long as it is seconds that count. */
function short(seconds: number): string {
  return seconds < 60 ? duration(seconds) : roughAge(seconds);
}

function Changes({ lease }: { readonly lease: LeaseRow }) {
  const { changes, lastRoundAt } = lease;
  if (!isElection(lease.class) && changes === 0) return <span class="is-quiet">–</span>;
  return (
    <>
      <span>{count(changes)}</span>
      {lastRoundAt !== null && (
        <small>
          <SinceWall at={lastRoundAt} say={(seconds) => `${roughAge(seconds)} ago`} />
        </small>
      )}
    </>
  );
}
