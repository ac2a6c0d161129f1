import { printable } from '../signals/safe-text.ts';
import type { LastRoundAnswer, LeaseAnswer } from './answers.ts';
import { nameOf, namesOf } from './names.ts';
import { inWords } from './spans-of-time.ts';

const daySeconds = 24 * 3600;
/** In so few seconds no change says nothing. */
const shortWatch = 120;
/** The others have one owner for life. */
const changing: ReadonlySet<string> = new Set(['election', 'coordinated']);

/** How often the holder changed, and how the last round went. Empty where there is nothing to be said. */
export function pastOf(lease: LeaseAnswer, watchedSeconds: number | undefined): string {
  const { changesLastDay: changes, lastRound: last } = lease;
  if (!changing.has(lease.class)) return '';
  if (changes === null) return 'How often it changed its holder is not told by this leasewatch.';
  if (changes === 0 && last === null && watchedSeconds !== undefined && watchedSeconds < shortWatch)
    return tooShort(lease);
  const within = `in the ${period(watchedSeconds)}`;
  if (changes === 0)
    return `No change of holder ${within}${counted(lease)}.${last === null ? '' : ` ${alone(last)}`}`;
  const least = lease.changesLastDayCut === true ? 'at least ' : '';
  const many = `${least}${changes === 1 ? '1 change' : `${changes} changes`} ${within}`;
  if (last === null) return `${many}.`;
  if (last.outcome !== 'elected') return `${many}. ${alone(last)}`;
  return `${many}, the last ${inWords(last.closedSecondsAgo)} ago${elected(last)}${doubt(last)}.`;
}

function period(watchedSeconds: number | undefined): string {
  if (watchedSeconds === undefined || watchedSeconds >= daySeconds) return 'last 24 h';
  return `${inWords(watchedSeconds)} that leasewatch has watched`;
}

function counted({ transitions }: LeaseAnswer): string {
  return transitions === null || transitions === 0 ? '' : `; its record counts ${transitions} in all`;
}

function tooShort({ transitions }: LeaseAnswer): string {
  if (transitions === null || transitions === 0) return '';
  return transitions === 1
    ? 'Its record counts 1 change in all.'
    : `Its record counts ${transitions} changes in all.`;
}

/** After "the last … ago". */
function elected(last: LastRoundAnswer): string {
  const [before, after] = namesOf(last.predecessor, last.successor);
  const without = last.gapSeconds === null ? '' : ` after ${inWords(last.gapSeconds)} without a leader`;
  switch (last.cause) {
    case 'released':
      return last.leaderlessSeconds === null
        ? `: ${before} released it to ${after}`
        : `: ${before} released it, and ${after} took it ${inWords(last.leaderlessSeconds)} later`;
    case 'taken':
      return `: ${after} took it from ${before} before its time was up`;
    case 'coordinated':
      return `: it was given from ${before} to ${after}`;
    case 'deleted':
      return `${without} because the lease was deleted`;
    default:
      return `${without} because ${reason(last, before)}`;
  }
}

function reason({ predecessorFate, predecessorNode }: LastRoundAnswer, who: string): string {
  const node = predecessorNode === null ? '' : ` (${printable(predecessorNode)})`;
  switch (predecessorFate) {
    case 'node_lost':
      return `the node of ${who}${node} went silent`;
    case 'drained':
      return `the node of ${who}${node} was drained`;
    case 'evicted':
      return `${who} was evicted`;
    case 'deleted':
      return `the Pod of ${who} was deleted`;
    case 'rolled':
      return `${who} was replaced by a Pod of another version`;
    case 'oom_killed':
      return `${who} was killed for want of memory`;
    case 'container_restarted':
      return `the container of ${who} restarted`;
    case 'running':
      return `${who} stopped renewing, although its Pod is as it was`;
    default:
      return `${who} stopped renewing; why is not known`;
  }
}

/** A round that changed no holder, as a sentence of its own. */
function alone(last: LastRoundAnswer): string {
  const ago = inWords(last.closedSecondsAgo);
  const who = nameOf(last.predecessor);
  const silent = last.gapSeconds === null ? '' : ` after ${inWords(last.gapSeconds)} of silence`;
  switch (last.outcome) {
    case 'elected':
      return `The last one was ${ago} ago${elected(last)}${doubt(last)}.`;
    case 'resumed':
      return `${ago} ago ${who} went on${silent}: its time had been up${doubt(last)}.`;
    case 'recreated':
      return `${ago} ago it was deleted, and ${who} wrote it anew${doubt(last)}.`;
    case 'abandoned':
      return `${ago} ago a round ended without a successor of ${who}${doubt(last)}.`;
    default:
      return '';
  }
}

function doubt({ uncertain }: LastRoundAnswer): string {
  return uncertain ? ' (uncertain, since some of it was not seen)' : '';
}
