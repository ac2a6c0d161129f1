import assert from 'node:assert/strict';
import type { Moment } from '../../exporter/clock.ts';
import type { Event } from '../../exporter/model/event.ts';
import type { Ask, Observation } from '../../exporter/model/observation.ts';
import { newModel } from './player.ts';
import { copyOf, type Step } from './step.ts';

type Told = Pick<Step, 'observation' | 'events' | 'asks'>;

/** What a new model says to the same observations, all in one batch. */
export function again(observations: readonly Observation[]): { events: Event[]; asks: Ask[] } {
  const events: Event[] = [];
  const asks: Ask[] = [];
  const sink = { event: (event: Event) => events.push(copyOf(event)), ask: (ask: Ask) => asks.push(ask) };
  newModel().see(observations, sink);
  return { events, asks };
}

/** The same observations lead to the same words, one by one or at once. */
export function checkRepeated(steps: readonly Told[]): void {
  const { events, asks } = again(steps.map(({ observation }) => observation));
  assert.deepEqual(
    events,
    steps.flatMap((step) => step.events),
  );
  assert.deepEqual(
    asks,
    steps.flatMap((step) => step.asks),
  );
}

/** Our own clock is an hour wrong all the time: the verdicts are the same, whatever the records say. */
export function checkWithOtherClock(steps: readonly Told[]): void {
  const ahead = ({ mono, wall }: Moment): Moment => ({ mono, wall: wall + 3_600_000_000 });
  const shifted = steps.map(({ observation }) => {
    const at = ahead(observation.at);
    return 'sentAt' in observation
      ? { ...observation, at, sentAt: ahead(observation.sentAt) }
      : { ...observation, at };
  });
  assert.deepEqual(
    again(shifted).events.flatMap(verdictOf),
    steps.flatMap(({ events }) => events.flatMap(verdictOf)),
  );
}

function verdictOf(event: Event): string[] {
  if (event.kind === 'lease-state') return [`${event.lease} ${event.from} ${event.to} ${event.why}`];
  if (event.kind === 'node-state') return [`${event.node} ${event.from} ${event.to} ${event.why}`];
  if (event.kind === 'node-outage') return [`${event.node} ${event.step} ${event.end} ${event.traceId}`];
  if (event.kind !== 'round') return [];
  const { traceId, cause, outcome, uncertain, predecessor, successor } = event.round;
  // Where only its record tells since when a holder is silent, our clock may choose the record that names the round.
  const name = uncertain ? '' : traceId;
  return [`${event.step} ${name} ${cause} ${outcome} ${uncertain} ${predecessor} ${successor}`];
}
