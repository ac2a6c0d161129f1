import type {
  ProbeClosedEvent,
  ProbeEvent,
  ProbeSessionEvent,
  ProbeSpreadEvent,
  ProbeStateEvent,
} from '../model/probe-event.ts';
import { printable } from './safe-text.ts';

export interface ProbeWords {
  readonly event: 'probe_state' | 'probe_closed' | 'probe_session' | 'probe_spread';
  readonly text: string;
  readonly good: boolean;
}

/** What is told of probes: changes of a verdict, and connections that ended before their time. */
export function probeWords(event: ProbeEvent): ProbeWords | undefined {
  switch (event.step) {
    case 'state':
      return stateWords(event);
    case 'closed':
      return closedWords(event);
    case 'session':
      return sessionWords(event);
    case 'spread':
      return spreadWords(event);
    case 'handshake':
    case 'pong':
      return undefined;
  }
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

function sessionWords({ target, failure, why, untold }: ProbeSessionEvent): ProbeWords {
  const whatFor =
    failure === undefined
      ? 'are kept from the first poll to the WebSocket'
      : `are not kept (${failure}): ${printable(why, 500)}`;
  const text = `probe ${printable(target)}: its sessions ${whatFor}${meanwhile(untold, 'sessions that went otherwise')}`;
  return { event: 'probe_session', text, good: failure === undefined };
}

function spreadWords(event: ProbeSpreadEvent): ProbeWords {
  const { target, backends, failures, why, untold } = event;
  const [named, failed] = [sum(backends), sum(failures)];
  const names = backends.map(([name, count]) => `${printable(name)} ${count}`).join(', ');
  const reasons = failures.map(([failure]) => failure).join(', ');
  const problem = failed === 0 ? '' : `; ${failed} without (${reasons}): ${printable(why, 500)}`;
  const found = `backends of ${named + failed} connections: ${names === '' ? 'none' : names}${problem}`;
  const text = `probe ${printable(target)}: ${found}${meanwhile(untold, 'checks that went otherwise')}`;
  return { event: 'probe_spread', text, good: failed === 0 };
}

function sum(counts: readonly (readonly [string, number])[]): number {
  return counts.reduce((all, [, count]) => all + count, 0);
}

/** What was left out since the line before. */
export function meanwhile(count: number, what: string): string {
  return count === 0 ? '' : ` (since the line before: ${count} ${what})`;
}
