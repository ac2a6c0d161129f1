import { holderName, podNames } from './holder-identity.ts';
import type { FindHolder, HolderObservation, PodRecord } from './holder-observation.ts';
import type { Holding } from './holding.ts';
import type { LeaseRow } from './lease-row.ts';
import { orphan } from './lease-verdict.ts';
import type { SightObservation } from './observation.ts';
import type { SourceRow } from './sight.ts';
import type { Now } from './sink.ts';
import { isVacantLong, leftBehind } from './vacancy.ts';

/** The names under which the look-up of holders, and of who could follow them, is told among the sources. */
export const holderSource = 'holders';
const standbySource = 'standbys';

/** How long what was found is believed (ms): Pods of the workload come and go without a word to us. */
const refreshMs = 10 * 60_000;
/** Somebody has to change a role first (ms). */
const forbiddenMs = 10 * 60_000;
const failedMs = 60_000;
/** Questions about one predecessor: at the opening, and when somebody acquired the lease. */
const mostQuestions = 2;

/** Who the holders are: asks, and takes the answers in. */
export class HolderDesk {
  readonly #asks: boolean;
  /** What is forbidden, by source and namespace: as long as there is any of it, the source is forbidden. */
  readonly #refused = new Set<string>();

  constructor(asks: boolean) {
    this.#asks = asks;
  }

  /** A lease changed: is its holder known, and is there a predecessor to be looked after? */
  follow(row: LeaseRow, now: Now): void {
    if (this.#asks) followHolder(row, now);
  }

  /** What an answer says about whether we can see holders at all. */
  sights(seen: HolderObservation, source: SourceRow): readonly SightObservation[] {
    source.count('found' in seen.result ? 'found' : 'not found', seen.at);
    return holderSights(seen, this.#refused);
  }

  /** An answer about the holder of a lease, or about the predecessor in its round, or about both. */
  answered(row: LeaseRow, seen: HolderObservation, now: Now): void {
    seeHolder(row, seen, now);
  }
}

function followHolder(row: LeaseRow, now: Now): void {
  lookAgain(row, now);
  lookForWorkload(row, now);
  if (row.state === 'deleted' || !hasPods(row)) return inquire(row, now);
  const { who, holder } = row;
  if (holder !== '' && holder !== who.identity) {
    const name = holderName(holder);
    who.begin(holder, now.nodes.get(name)?.node === undefined ? '' : name);
    ask(row, who, now);
  } else if (!who.asked && now.at.mono >= who.again) ask(row, who, now);
  inquire(row, now);
}

/** API servers run beside the cluster, and a heartbeat is named like its lease. */
function hasPods(row: LeaseRow): boolean {
  return row.class !== 'apiserver' && row.class !== 'heartbeat';
}

function ask(row: LeaseRow, who: Holding, now: Now): void {
  who.again = Number.POSITIVE_INFINITY;
  const question = questionOf(row, who.identity, false);
  if (question === undefined) return;
  who.asked = true;
  now.sink.ask(question);
}

/** The fate of a predecessor: some of it can only be seen now, such as a Pod that is being deleted. */
function inquire(row: LeaseRow, now: Now): void {
  const { round } = row;
  if (round === undefined || !round.trail.begin()) return;
  const { trail } = round;
  const due = trail.questions === 0 || (round.attempts > 0 && trail.open && trail.questions < mostQuestions);
  if (!due) return;
  trail.questions = round.attempts > 0 ? mostQuestions : trail.questions + 1;
  const question = questionOf(row, trail.left.identity, true);
  if (question !== undefined) now.sink.ask(question);
}

/** By way of who leads now, since a Pod that is gone tells nothing of its workload; or first at the predecessor. */
function lookAgain(row: LeaseRow, now: Now): void {
  const { late, holder } = row;
  if (late === undefined || now.at.mono < late.due) return;
  const question = questionOf(row, late.look(holder), true);
  if (question !== undefined) now.sink.ask(question);
}

function lookForWorkload(row: LeaseRow, now: Now): void {
  if (!isVacantLong(row, now) || row.round === undefined) return;
  const question = questionOf(row, row.round.predecessor, false);
  if (question !== undefined) now.sink.ask({ ...question, verify: true });
}

function questionOf(row: LeaseRow, holder: string, urgent: boolean): FindHolder | undefined {
  const { namespace, name: lease } = row;
  const candidates = podNames(holder, namespace, lease);
  if (candidates.length === 0) return undefined;
  // Nobody leads: whether anybody could is what whoever is paged wants to know.
  const verify = !row.seenAlive || (urgent && row.state === 'expired' && row.holder === holder);
  return { kind: 'find-holder', namespace, lease, holder, candidates, urgent, verify };
}

function seeHolder(row: LeaseRow, seen: HolderObservation, now: Now): void {
  if (seen.ask.holder === row.who.identity) learn(row, seen, now);
  const trail = row.round?.trail;
  // What was asked before the round opened says nothing about what ended the holder.
  if (trail !== undefined && seen.ask.urgent && seen.ask.holder === trail.left.identity)
    trail.learn(seen, now);
  if (seen.ask.urgent && seen.ask.holder === row.late?.asked) row.late.learn(seen, now);
  if ('absent' in seen.result && seen.result.workload === 'gone') leftBehind(row, seen.ask.holder, now);
  if (row.who.gone && row.who.identity === row.holder) orphan(row, now);
}

function learn(row: LeaseRow, { result, ask }: HolderObservation, now: Now): void {
  const { who } = row;
  if (!ask.urgent) who.asked = false;
  if ('found' in result) {
    tellRestarts(row, result.found, now);
    who.pod = result.found;
    who.node = result.found.node ?? who.node;
    who.candidates = result.workload?.candidates;
    who.again = now.at.mono + refreshMs;
  } else if ('absent' in result) {
    who.gone = result.workload === 'gone';
    who.candidates = who.gone ? 0 : undefined;
  } else who.again = now.at.mono + ('forbidden' in result ? forbiddenMs : failedMs);
}

/** A restart under the same name leaves no trace on the lease: only the count of the containers tells it. */
function tellRestarts({ namespace, name, who }: LeaseRow, pod: PodRecord, now: Now): void {
  const { pod: before } = who;
  if (before?.uid !== pod.uid || pod.restarts <= before.restarts) return;
  now.sink.event({
    ...{ kind: 'holder-restarted', at: now.at, namespace, lease: name },
    ...{ holder: who.identity, holderAt: who.place },
    restarts: pod.restarts - before.restarts,
    reason: pod.ended?.reason ?? '',
  });
}

function holderSights(seen: HolderObservation, refused: Set<string>): readonly SightObservation[] {
  const { result } = seen;
  if ('forbidden' in result || 'failed' in result) return sightOf(holderSource, seen, result, refused);
  const holders = sightOf(holderSource, seen, {}, refused);
  if ('absent' in result) return holders;
  if (result.unlisted !== undefined) {
    return [...holders, ...sightOf(standbySource, seen, { forbidden: result.unlisted }, refused)];
  }
  return result.workload === undefined ? holders : [...holders, ...sightOf(standbySource, seen, {}, refused)];
}

function sightOf(
  source: string,
  { at, ask }: HolderObservation,
  outcome: { readonly forbidden?: string; readonly failed?: string },
  refused: Set<string>,
): readonly SightObservation[] {
  const about = { kind: 'sight', source, at } as const;
  const place = `${source} ${ask.namespace}`;
  if (outcome.forbidden !== undefined) {
    refused.add(place);
    return [{ ...about, sight: 'forbidden', why: outcome.forbidden }];
  }
  if (outcome.failed === undefined) refused.delete(place);
  if ([...refused].some((other) => other.startsWith(`${source} `))) return [];
  return outcome.failed === undefined
    ? [{ ...about, sight: 'sighted', why: 'Pods can be read' }]
    : [{ ...about, sight: 'blind', why: outcome.failed }];
}
