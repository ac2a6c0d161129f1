import type { ProbeClosedEvent, ProbeEvent, ProbeStateEvent } from '../model/probe-event.ts';
import { printable } from './safe-text.ts';

export interface ProbeWords {
  readonly event: 'probe_state' | 'probe_closed';
  readonly text: string;
  readonly good: boolean;
}

/** What is told of probes: changes of a verdict, and connections that ended before their time. */
export function probeWords(event: ProbeEvent): ProbeWords | undefined {
  if (event.step === 'state') return stateWords(event);
  if (event.step === 'closed') return closedWords(event);
  return undefined;
}

function stateWords({ target, failure, why, untold }: ProbeStateEvent): ProbeWords {
  const verdict = failure === undefined ? 'succeeds' : `fails (${failure}): ${printable(why, 500)}`;
  const text = `probe ${printable(target)} ${verdict}${meanwhile(untold, 'handshakes that went otherwise')}`;
  return { event: 'probe_state', text, good: failure === undefined };
}

function closedWords(event: ProbeClosedEvent): ProbeWords {
  const { target, code, initiator, why, heldSeconds, untold } = event;
  const how = `closed by the ${initiator} with ${code} after ${heldSeconds.toFixed(1)} s`;
  const reason = why === '' ? '' : `: ${printable(why, 500)}`;
  const text = `probe ${printable(target)} ${how}${reason}${meanwhile(untold, 'more that were not told')}`;
  return { event: 'probe_closed', text, good: false };
}

function meanwhile(count: number, what: string): string {
  return count === 0 ? '' : ` (since the line before: ${count} ${what})`;
}
