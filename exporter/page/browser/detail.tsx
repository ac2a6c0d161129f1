import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { latestFirst } from '../shown/order.ts';
import { scaleFor } from '../shown/waterfall.ts';
import { age, count, duration } from '../shown/words.ts';
import type { LeaseRow, RoundRow } from '../tables.ts';
import { leaseShapes, State } from './icons.tsx';
import { kinds } from './lease-row.tsx';
import { RoundItem } from './rounds.tsx';
import { clock } from './store.ts';
import { Bar, SecondsLeft, Since } from './time-left.tsx';

export interface DetailProps {
  readonly id: string;
  readonly lease: LeaseRow | undefined;
  readonly rounds: ReadonlyMap<string, RoundRow>;
  readonly traceUrl: string | null;
  readonly close: () => void;
}

/** One lease, with all that is known of it. */
export function Detail({ id, lease, rounds, traceUrl, close }: DetailProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    // A click beside it closes it, where browsers know how.
    dialog.current?.setAttribute('closedby', 'any');
    dialog.current?.showModal();
  }, []);
  const own = latestFirst([...rounds.values()].filter((each) => `${each.namespace}/${each.lease}` === id));
  const scale = scaleFor(own, clock.wall);
  return (
    <dialog ref={dialog} class="detail" aria-labelledby="detail-title" onClose={close}>
      <div class="detail-inside">
        <div class="panel-head">
          <h2 id="detail-title">{id}</h2>
          <button type="button" class="plain" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </div>
        {lease === undefined ? <p class="nothing">There is no such lease.</p> : <Facts lease={lease} />}
        {own.length > 0 && (
          <>
            <h3>Its election rounds</h3>
            <ol class="round-list">
              {own.slice(0, 10).map((round) => (
                <RoundItem key={round.id} round={round} scale={scale} traceUrl={traceUrl} />
              ))}
            </ol>
          </>
        )}
      </div>
    </dialog>
  );
}

function Facts({ lease }: { readonly lease: LeaseRow }) {
  const { state, durationSeconds, observed } = lease;
  const forMs = (durationSeconds ?? 0) * 1000;
  return (
    <>
      <p class="detail-state">
        <State state={state} shape={leaseShapes[state]} /> for <Since since={lease.since} say={age} />
      </p>
      {state === 'held' && durationSeconds !== null && (
        <p class="detail-left">
          <Bar from={observed} forMs={forMs} />
          <span>
            <SecondsLeft from={observed} forMs={forMs} up="time is up" /> of {durationSeconds} s
          </span>
        </p>
      )}
      <dl class="facts">
        {factsOf(lease).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="number">{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function factsOf(lease: LeaseRow): [string, ComponentChildren][] {
  const facts: [string, ComponentChildren][] = [
    ['written in it as holder', lease.holder || 'nobody'],
    ['Pod', lease.pod],
    ['node', lease.node],
    ['kind', kinds[lease.class]],
    ['candidates', lease.candidates],
    ['asked to step down for', lease.preferredHolder],
    [
      'last renewal seen',
      <Since key="seen" since={lease.observed} say={(seconds) => `${duration(seconds)} ago`} />,
    ],
    ['renewals seen', count(lease.renewals)],
    ['of these late', count(lease.lateRenewals)],
    ['changes of leader in 24 h', count(lease.changes)],
    ['changes that its record counts', lease.transitions],
    ['changes that nobody saw', lease.missedRounds || null],
    ['possible overlaps', lease.possibleOverlaps || null],
    ['gaps, all together', duration(lease.gapSeconds)],
    ['leaderless, all together', duration(lease.leaderlessSeconds)],
    ['clock of the holder', lease.clockSkewSeconds === null ? null : skew(lease.clockSkewSeconds)],
    ['policy', lease.policy],
  ];
  return facts.filter(([, value]) => value !== null && value !== '');
}

function skew(seconds: number): string {
  if (Math.abs(seconds) < 0.05) return 'as ours';
  return `${duration(Math.abs(seconds))} ${seconds > 0 ? 'ahead' : 'behind'}`;
}
