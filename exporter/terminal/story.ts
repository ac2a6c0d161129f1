import { printable } from '../signals/safe-text.ts';
import type { LeaseAnswer, NodeAnswer, RoundAnswer } from './answers.ts';
import { nameOf } from './names.ts';
import { clockTime, inWords } from './spans-of-time.ts';
import { pastOf } from './story-of-changes.ts';

/**
 * `free`: nobody holds it, and nobody has to; `stale`: somebody should hold and renew it, and nobody does;
 * `unknown`: it cannot be judged at this moment.
 */
export type Verdict = 'held' | 'free' | 'stale' | 'unknown';

export interface Story {
  readonly verdict: Verdict;
  /** Sentences. The first one is the verdict in words, and needs the name of the lease before it. */
  readonly lines: readonly string[];
}

export interface Setting {
  /** Unix seconds at which this was true. */
  readonly asOf: number;
  /** How long changes have been counted; undefined where that is not told. */
  readonly watchedSeconds: number | undefined;
  /** Of the reader; that of the process when undefined. */
  readonly timeZone: string | undefined;
  /** The round of the lease that is open. */
  readonly openRound: RoundAnswer | undefined;
}

/** The story of a lease in plain words, from what `/api` tells. What is not known is said to be unknown. */
export function leaseStory(lease: LeaseAnswer, setting: Setting): Story {
  const lines = [
    standing(lease, setting),
    expectation(lease),
    openRound(setting),
    whereabouts(lease),
    pastOf(lease, setting.watchedSeconds),
    ...remarks(lease),
  ];
  return { verdict: verdictOf(lease), lines: lines.filter((line) => line !== '') };
}

export function verdictOf({ state, absent }: LeaseAnswer): Verdict {
  if (state === 'expired' || absent === true) return 'stale';
  if (state === 'held' || state === 'unknown') return state;
  return 'free';
}

function standing(lease: LeaseAnswer, setting: Setting): string {
  const holder = nameOf(lease.holder);
  const ago = inWords(lease.observedSecondsAgo);
  switch (lease.state) {
    case 'held':
      return held(lease, setting);
    case 'expired':
      return `EXPIRED: ${holder} renewed it last ${ago} ago${overdue(lease)}, and nobody has taken it over.`;
    case 'released': {
      const before = setting.openRound?.predecessor ?? '';
      const by = before === '' ? '' : ` by ${nameOf(before)}`;
      return `free: released${by}, nobody has held it for ${inWords(lease.stateSeconds)}.`;
    }
    case 'vacant':
      return 'free: nobody has held it yet.';
    case 'orphaned':
      return `a leftover: ${holder} held it last, and nobody renews it any more${ownClock(lease, setting)}.`;
    case 'deleted':
      return `deleted ${inWords(lease.stateSeconds)} ago; ${holder} held it last.`;
    case 'unknown':
      return notJudged(lease, setting);
    default:
      return `in the state ${printable(lease.state)}, which this version does not know.`;
  }
}

function held(lease: LeaseAnswer, setting: Setting): string {
  const by = `held by ${nameOf(lease.holder)}${since(lease, setting)}`;
  const duration = lease.leaseDurationSeconds;
  if (duration === null) return `${by}; it has no duration, so that nobody can tell whether it is alive.`;
  const left = duration - lease.observedSecondsAgo;
  const rest =
    left >= 0 ? `${inWords(left)} left` : `its ${lasts(duration)} are up, and a read has to prove it`;
  return `${by}, renewed ${inWords(lease.observedSecondsAgo)} ago, ${rest}.`;
}

/** The holder wrote when it began, on a clock of its own. */
function since({ acquired, clockSkewSeconds, stateSeconds }: LeaseAnswer, setting: Setting): string {
  if (acquired === null) return ` for at least ${inWords(stateSeconds)}`;
  return ` since ${clockTime(acquired.unix - (clockSkewSeconds ?? 0), setting.asOf, setting.timeZone)}`;
}

function overdue({ leaseDurationSeconds: duration, observedSecondsAgo }: LeaseAnswer): string {
  if (duration === null || observedSecondsAgo < duration) return '';
  return `, its ${lasts(duration)} were up ${inWords(observedSecondsAgo - duration)} ago`;
}

/** A duration is a whole number of seconds. */
function lasts(duration: number): string {
  return duration < 120 ? `${duration} s` : inWords(duration);
}

function notJudged(lease: LeaseAnswer, setting: Setting): string {
  const { holder, observedSecondsAgo, stateSeconds, leaseDurationSeconds: duration } = lease;
  const firstSight = lease.renewals === 0 && Math.abs(observedSecondsAgo - stateSeconds) < 1;
  if (!firstSight) {
    return `not known for ${inWords(stateSeconds)}, since nobody could read it; before that ${nameOf(holder)} held it, renewed ${inWords(observedSecondsAgo)} ago.`;
  }
  const seen = `first seen ${inWords(observedSecondsAgo)} ago and not written since`;
  const left = (duration ?? 0) - observedSecondsAgo;
  const wait = left > 0 ? `; it can be called expired in ${inWords(left)} at the earliest` : '';
  return `not judged yet: ${seen}${wait}. Its record names ${nameOf(holder)}${ownClock(lease, setting)}.`;
}

function ownClock({ renewed }: LeaseAnswer, { asOf, timeZone }: Setting): string {
  if (renewed === null) return '';
  const ago = asOf - renewed.unix;
  const when = clockTime(renewed.unix, asOf, timeZone);
  const told = ago < 0 ? `${inWords(-ago)} ahead of ours` : `${inWords(ago)} ago`;
  return `, renewed at ${when} by its own clock (${told})`;
}

function expectation({ absent, policy }: LeaseAnswer): string {
  if (absent !== true) return '';
  return `${policy === null ? 'A policy' : printable(policy)} expects it to be held.`;
}

function openRound({ openRound: round, asOf }: Setting): string {
  if (round === undefined) return '';
  const silent =
    round.lastRenewal === null ? '' : `, ${inWords(asOf - round.lastRenewal.unix)} after the last renewal`;
  const fate = fates.get(round.predecessorFate ?? '');
  const because =
    fate === undefined ? '' : ` ${fate(nameOf(round.predecessor), printable(round.predecessorNode ?? ''))}.`;
  return `An election round is open (${printable(round.cause)})${silent}, trace ${printable(round.traceId)}.${because}`;
}

const fates: ReadonlyMap<string, (who: string, node: string) => string> = new Map([
  ['node_lost', (who, node) => `The node of ${who}, ${node}, is lost`],
  ['oom_killed', (who) => `${who} was killed for want of memory`],
  ['running', (who) => `The Pod of ${who} is as it was`],
]);

function whereabouts({ state, holderPod, holderNode, candidates }: LeaseAnswer): string {
  if (state !== 'held' && state !== 'expired') return '';
  const pod = holderPod === null ? '' : `Pod ${printable(holderPod)}`;
  const node = holderNode === null ? '' : `node ${printable(holderNode)}`;
  const where = [pod, node].filter((part) => part !== '').join(' on ');
  const many = candidates === null ? '' : `${candidates} could hold it`;
  const told = [where === '' ? '' : `Its holder is ${where}`, many].filter((part) => part !== '');
  return told.length === 0 ? '' : `${told.join('; ')}.`;
}

function remarks(lease: LeaseAnswer): string[] {
  const { preferredHolder, lateRenewals, renewals, clockSkewSeconds: skew } = lease;
  const { possibleOverlaps, missedRounds } = lease;
  return [
    preferredHolder === null ? '' : `Its holder was asked to step down for ${nameOf(preferredHolder)}.`,
    lateRenewals === 0 ? '' : `${lateRenewals} of ${renewals} renewals came late.`,
    skew === null || Math.abs(skew) < 1
      ? ''
      : `The clock of its holder is ${inWords(Math.abs(skew))} ${skew > 0 ? 'ahead of' : 'behind'} ours.`,
    possibleOverlaps === 0
      ? ''
      : `Two may have led at once: ${times(possibleOverlaps)} an acquisition came before the time of the one before was up.`,
    missedRounds === 0 ? '' : `Its record counts ${missedRounds} more changes than were seen.`,
  ];
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** The story of a node, told by its heartbeats. */
export function nodeStory(node: NodeAnswer): Story {
  const { state, disagreement, clockSkewSeconds: skew } = node;
  const verdict =
    state === 'lost' ? 'stale' : state === 'unknown' ? 'unknown' : state === 'orphan' ? 'free' : 'held';
  const lines = [
    nodeStanding(node),
    disagreement === null ? '' : (disagreements.get(disagreement) ?? `${printable(disagreement)}.`),
    node.missedHeartbeats === 0 ? '' : `${node.missedHeartbeats} heartbeats were missed.`,
    skew === null || Math.abs(skew) < 1
      ? ''
      : `Its clock is ${inWords(Math.abs(skew))} ${skew > 0 ? 'ahead of' : 'behind'} ours.`,
  ];
  return { verdict, lines: lines.filter((line) => line !== '') };
}

const disagreements: ReadonlyMap<string, string> = new Map([
  ['fresh_lease_not_ready', 'Its Lease is fresh, and yet the Node is not Ready.'],
  ['stale_lease_ready', 'Its Lease is stale, and yet the Node is Ready.'],
]);

function nodeStanding({ state, stateSeconds, observedSecondsAgo }: NodeAnswer): string {
  const last =
    observedSecondsAgo === null ? 'no heartbeat seen' : `last heartbeat ${inWords(observedSecondsAgo)} ago`;
  const lasts = inWords(stateSeconds);
  switch (state) {
    case 'alive':
      return `alive for ${lasts}, ${last}.`;
    case 'late':
      return `late, ${last}.`;
    case 'lost':
      return `LOST for ${lasts}, ${last}.`;
    case 'terminating':
      return `going away as planned, ${last}.`;
    case 'orphan':
      return `a Lease without a Node, ${last}.`;
    case 'unknown':
      return `not known for ${lasts}, ${last}.`;
    default:
      return `in the state ${printable(state)}, which this version does not know.`;
  }
}
