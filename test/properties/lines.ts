import type { Event } from '../../exporter/model/event.ts';
import type { Ask, LeaseRecord, Observation } from '../../exporter/model/observation.ts';
import { eventLine } from '../scenarios/transcript.ts';
import type { Step } from './step.ts';

/** A story as short lines: what was seen, and below it what the model said and asked. */
export function linesOf(steps: readonly Pick<Step, 'observation' | 'events' | 'asks'>[]): string {
  const first = steps[0]?.observation.at.mono ?? 0;
  return steps
    .flatMap(({ observation, events, asks }) => [
      `${((observation.at.mono - first) / 1000).toFixed(3).padStart(10)}  ${seen(observation)}`,
      ...events.map((event: Event) => `              | ${eventLine(event)}`),
      ...asks.map((ask) => `              ? ${question(ask)}`),
    ])
    .join('\n');
}

function seen(observation: Observation): string {
  switch (observation.kind) {
    case 'lease':
      return `${observation.change} ${record(observation.lease)}`;
    case 'node': {
      const { name, ready, terminating, bootId } = observation.node;
      return `${observation.change} node ${name} ready=${ready}${terminating ? ' terminating' : ''} boot=${bootId}`;
    }
    case 'list':
      return `list of ${observation.source} ${observation.phase}s`;
    case 'sight':
      return `${observation.source} ${observation.sight}`;
    case 'progress':
      return `bookmark of ${observation.source} ${observation.resourceVersion}`;
    case 'answer': {
      const { ask, result } = observation;
      const what = 'found' in result ? record(result.found) : JSON.stringify(result);
      return `${question(ask)}: ${what}, ${sent(observation)}`;
    }
    case 'revision':
      return `${question(observation.ask)}: ${JSON.stringify(observation.result)}, ${sent(observation)}`;
    case 'leases': {
      const { ask, result } = observation;
      const what = 'failed' in result ? result.failed : result.listed.map(record).join('; ');
      return `${question(ask)}: ${what}, ${sent(observation)}`;
    }
    default:
      return observation.kind;
  }
}

function sent({
  sentAt,
  at,
}: {
  readonly sentAt: { readonly mono: number };
  readonly at: { readonly mono: number };
}) {
  return `sent ${((at.mono - sentAt.mono) / 1000).toFixed(3)} s before`;
}

function record(lease: LeaseRecord): string {
  const { namespace, name, uid, resourceVersion, holder, durationSeconds, renewTime, transitions } = lease;
  const renewed = renewTime === undefined ? 'nil' : new Date(renewTime / 1000).toISOString().slice(0, 19);
  const rest = [lease.strategy, lease.identityLabel].filter((text) => text !== undefined).join(' ');
  return `${namespace}/${name} ${uid}@${resourceVersion} by ${JSON.stringify(holder) ?? 'nil'} for ${durationSeconds} s renewed ${renewed} transitions ${transitions} ${rest}`.trimEnd();
}

function question(ask: Ask): string {
  if (ask.kind === 'read-lease') return `read ${ask.namespace}/${ask.name}`;
  return ask.kind === 'find-holder' ? `find ${ask.holder}` : `${ask.kind} ${ask.source}`;
}
