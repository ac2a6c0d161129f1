import assert from 'node:assert/strict';
import type { Moment } from '../../exporter/clock.ts';
import type { Event, Round, RoundEvent } from '../../exporter/model/event.ts';
import type { Witness } from './step.ts';

/** A round opens once and closes once, alone on its lease, and its times add up on its own time line. */
export function roundWitness(): Witness {
  /** Trace ids of the open round of each lease, and of all rounds that there were. */
  const open = new Map<string, string>();
  const ever = new Map<string, string>();
  const lines = new TimeLines();
  return ({ events, model }) => {
    for (const event of events) {
      if (event.kind === 'overlap') assert.equal(open.get(nameOf(event.round)), event.round.traceId);
      if (event.kind !== 'round') continue;
      follow(event, open, ever);
      lines.follow(event);
    }
    const names = new Set([...model.leases()].map(({ namespace, name }) => `${namespace}/${name}`));
    lines.forgetAllBut(names);
    // What was forgotten and comes again from a backup has the very records of before.
    for (const [traceId, name] of ever) if (!names.has(name)) ever.delete(traceId);
    const told = [...open].map(([name, trace]) => `${name} ${trace}`).sort();
    const shown = [...model.openRounds()].map((round) => `${nameOf(round)} ${round.traceId}`).sort();
    assert.deepEqual(shown, told, 'the open rounds are those that were told');
  };
}

/** Rounds of one lease come one after the other: what is summed up over them is counted once. */
class TimeLines {
  /** Where the time line of the last round of a lease is tied to the monotonic clock. */
  readonly #anchors = new Map<string, Moment>();
  /** Monotonic ms at which the last round was closed. */
  readonly #closed = new Map<string, number>();

  follow({ step, at, round }: RoundEvent): void {
    const name = nameOf(round);
    if (step === 'opened') {
      this.#anchors.set(name, at);
      const before = this.#closed.get(name) ?? Number.NEGATIVE_INFINITY;
      const begin = this.#mono(name, round.lastRenewal);
      assert.ok(
        begin >= before - rounding * 1000,
        `${name}: begins ${before - begin} ms before the last one closed`,
      );
    } else if (step === 'closed' && round.closed !== undefined) {
      this.#closed.set(name, this.#mono(name, round.closed));
    }
  }

  /** What the model has forgotten, an hour after its deletion, may come again with any record. */
  forgetAllBut(names: ReadonlySet<string>): void {
    for (const name of this.#closed.keys()) if (!names.has(name)) this.#closed.delete(name);
  }

  #mono(name: string, told: number): number {
    const { mono, wall } = this.#anchors.get(name) ?? { mono: 0, wall: 0 };
    return mono + (told - wall) / 1000;
  }
}

const nameOf = (round: Round) => `${round.namespace}/${round.lease}`;

function follow({ step, round }: RoundEvent, open: Map<string, string>, ever: Map<string, string>): void {
  const name = nameOf(round);
  if (step === 'opened') {
    assert.equal(open.get(name), undefined, `${name}: a round opens within a round`);
    assert.ok(!ever.has(round.traceId), `${name}: two rounds of one trace id`);
    assert.notEqual(round.previousTraceId, round.traceId, `${name}: a round before itself`);
    ever.set(round.traceId, name);
    open.set(name, round.traceId);
  } else {
    assert.equal(open.get(name), round.traceId, `${name}: ${step} in a round that is not open`);
  }
  checkTimes(name, round);
  if (step === 'acquired') checkAcquired(name, round);
  if (step !== 'closed') return;
  open.delete(name);
  checkClosed(name, round);
}

function checkTimes(name: string, round: Round): void {
  const { lastRenewal, vacated, vacantSince, acquired, closed, leaderlessSeconds } = round;
  const line = [lastRenewal, vacated, vacantSince, acquired, closed].filter((time) => time !== undefined);
  assert.ok(line.every(Number.isFinite), `${name}: times that are no times: ${line.join(' ')}`);
  assert.deepEqual(
    line,
    line.toSorted((a, b) => a - b),
    `${name}: times that do not follow one another`,
  );
  assert.ok(leaderlessSeconds >= 0, `${name}: ${leaderlessSeconds} s without a leader`);
  if (acquired !== undefined) {
    const vacant = (acquired - vacated) / 1e6;
    assert.ok(
      leaderlessSeconds <= vacant + rounding,
      `${name}: leaderless ${leaderlessSeconds} of ${vacant} s`,
    );
  }
}

/** Times are told in whole microseconds. */
const rounding = 2e-6;

function checkAcquired(name: string, { acquired, successor, attempts, cause }: Round): void {
  assert.notEqual(acquired, undefined, `${name}: acquired at no time`);
  assert.notEqual(successor, '', `${name}: acquired by nobody, ${cause}`);
  assert.ok(attempts > 0);
}

function checkClosed(name: string, round: Round): void {
  const { outcome, acquired, successor, predecessor, cause, attempts } = round;
  assert.notEqual(round.closed, undefined, `${name}: closed at no time`);
  const same = cause !== 'created' && successor === predecessor;
  if (outcome === 'elected') assert.ok(acquired !== undefined && !same, `${name}: elected ${successor}`);
  else if (outcome === 'resumed') assert.ok(acquired !== undefined && same, `${name}: resumed ${successor}`);
  else if (outcome === 'recreated')
    assert.ok(cause === 'deleted' && same && attempts === 0, `${name}: recreated after somebody else led`);
  else assert.equal(outcome, 'abandoned', `${name}: ${outcome}`);
}

/** Every number and every time in every event is one. */
export const numbersWitness: Witness = ({ events }) => {
  for (const event of events)
    for (const value of numbersIn(event)) assert.ok(Number.isFinite(value), event.kind);
};

function numbersIn(value: Event | unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}
