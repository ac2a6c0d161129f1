import { useMemo, useRef, useState } from 'preact/hooks';
import { type Filter, findRounds } from '../shown/filter.ts';
import { apart, shortHolder } from '../shown/names.ts';
import { latestFirst } from '../shown/order.ts';
import { lengthOf, type Stretch, scaleFor, stretches, waterfallWords } from '../shown/waterfall.ts';
import { count, duration, roughAge } from '../shown/words.ts';
import type { RoundRow } from '../tables.ts';
import { memo } from './memo.ts';
import { clock } from './store.ts';
import { useTicking } from './ticking.ts';
import { SinceWall } from './time-left.tsx';
import { TraceId } from './trace-id.tsx';

export interface RoundsProps {
  readonly rounds: ReadonlyMap<string, RoundRow>;
  readonly filter: Filter;
  readonly traceUrl: string | null;
}

const atFirst = 8;
const more = 20;

export const Rounds = memo(({ rounds, filter, traceUrl }: RoundsProps) => {
  const [most, setMost] = useState(atFirst);
  const found = useMemo(() => latestFirst(findRounds(rounds.values(), filter)), [rounds, filter]);
  const shown = found.slice(0, most);
  const scale = scaleFor(shown, clock.wall);
  return (
    <section class="panel rounds" aria-labelledby="rounds-title" id="rounds">
      <div class="panel-head">
        <h2 id="rounds-title">Election rounds</h2>
        <Legend scale={scale} />
      </div>
      {shown.length === 0 ? (
        <p class="nothing">
          {rounds.size === 0 ? 'No leader has changed since leasewatch started.' : 'No round is like that.'}
        </p>
      ) : (
        <ol class="round-list">
          {shown.map((round) => (
            <RoundItem key={round.id} round={round} scale={scale} traceUrl={traceUrl} />
          ))}
        </ol>
      )}
      {found.length > most && (
        <button type="button" class="plain" onClick={() => setMost(most + more)}>
          Show more of {count(found.length)}
        </button>
      )}
    </section>
  );
});

function Legend({ scale }: { readonly scale: number }) {
  return (
    <ul class="legend" aria-label="Meaning of the bars">
      <li class="of-silence">silence</li>
      <li class="of-leaderless">leaderless</li>
      <li class="of-settle">settling</li>
      <li class="of-overlap">possible overlap</li>
      <li class="is-quiet">whole width {scale < 60 ? `${scale} s` : `${scale / 60} min`}</li>
    </ul>
  );
}

interface RoundItemProps {
  readonly round: RoundRow;
  readonly scale: number;
  readonly traceUrl: string | null;
}

export const RoundItem = memo(({ round, scale, traceUrl }: RoundItemProps) => (
  <li class={`round${round.outcome === null ? ' is-open' : ''}`}>
    <p class="round-title">
      <strong>{round.lease}</strong> <small>{round.namespace}</small>
      <span class={`tag of-${round.cause}`}>{round.cause}</span>
      <Arrow />
      <span class={`tag is-${round.outcome ?? 'open'}`}>{round.outcome ?? 'open'}</span>
      {round.uncertain && (
        <span class="tag is-unsure" title="Part of it happened while nobody could see">
          uncertain
        </span>
      )}
      {round.attempts > 1 && <span class="tag">{round.attempts} attempts</span>}
    </p>
    <p class="round-when">
      <When at={round.closedAt ?? round.vacatedAt} />
    </p>
    <Waterfall round={round} scale={scale} />
    <p class="round-times number">
      <Times round={round} />
    </p>
    <p class="round-who">
      <Who round={round} />
    </p>
    <p class="round-trace">
      <TraceId id={round.id} url={traceUrl} />
    </p>
  </li>
));

/** How long ago, and when by the clock of the reader. */
function When({ at }: { readonly at: number }) {
  const date = new Date(at * 1000);
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString()}>
      <SinceWall at={at} say={ago} />
    </time>
  );
}

function ago(seconds: number): string {
  return `${roughAge(seconds)} ago`;
}

/** The gap is what a client felt; it is told first. */
function Times({ round }: { readonly round: RoundRow }) {
  if (round.gapSeconds === null)
    return (
      <>
        gap <SinceWall at={round.lastRenewalAt} say={duration} /> so far
      </>
    );
  return (
    <>
      gap <b>{duration(round.gapSeconds)}</b>
      {round.leaderlessSeconds !== null && <>, leaderless {duration(round.leaderlessSeconds)}</>}
    </>
  );
}

/** From whom to whom: names of one workload are told by what is different of them. */
function Who({ round }: { readonly round: RoundRow }) {
  const { predecessor, predecessorNode, fate, successor, successorNode, outcome } = round;
  const [from, to] = apart(shortHolder(predecessor), shortHolder(successor));
  const before = [predecessorNode, fate?.replaceAll('_', ' ')].filter((each) => each).join(', ');
  const same = outcome === 'resumed' || outcome === 'recreated';
  return (
    <>
      <span title={predecessor}>{from || 'nobody'}</span>
      {before !== '' && <small> ({before})</small>}
      <Arrow />
      <span title={successor}>{same ? 'the same' : to || 'nobody yet'}</span>
      {!same && successorNode !== null && <small> ({successorNode})</small>}
    </>
  );
}

function Arrow() {
  return (
    <>
      <span class="arrow" aria-hidden="true">
        {' → '}
      </span>
      <span class="heard"> then </span>
    </>
  );
}

function Waterfall({ round, scale }: { readonly round: RoundRow; readonly scale: number }) {
  const place = useRef<HTMLDivElement>(null);
  const open = round.closedAt === null;
  const parts = stretches(round, clock.wall);
  // The last stretch of an open round grows under our eyes.
  useTicking(() => {
    if (open && place.current !== null) growLast(place.current, stretches(round, clock.wall), scale);
  }, [round, scale]);
  const clipped = lengthOf(round, clock.wall) > scale;
  return (
    <div
      ref={place}
      class={`waterfall${clipped ? ' is-clipped' : ''}`}
      role="img"
      aria-label={waterfallWords(parts)}
    >
      {parts.map((part) => (
        <span key={part.name} class={`stretch of-${part.name}`} style={placed(part, scale)} />
      ))}
    </div>
  );
}

function placed({ from, to }: Stretch, scale: number) {
  const percent = (seconds: number) => Math.min(100, Math.max(0, (seconds / scale) * 100));
  return { left: `${percent(from)}%`, width: `${percent(to) - percent(from)}%` };
}

function growLast(place: HTMLElement, parts: readonly Stretch[], scale: number): void {
  for (const part of parts) {
    const element = place.querySelector<HTMLElement>(`.of-${part.name}`);
    if (element !== null) element.style.width = placed(part, scale).width;
  }
}
