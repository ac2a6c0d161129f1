import type { IdleTimeoutEvent } from '../model/event.ts';
import type { IncidentEvent } from '../model/incident-event.ts';
import { printable } from './safe-text.ts';

/** Timeouts that many installations have, and whose they are. */
const known: readonly (readonly [seconds: number, whose: string])[] = [
  [60, 'nginx (proxy_read_timeout) and AWS ALB cut at 60 s'],
  [100, 'Cloudflare cuts at 100 s'],
  [240, 'ingress-nginx cuts 240 s after a reload'],
  [350, 'AWS NLB cuts at 350 s'],
];

export function idleTimeoutText(event: IdleTimeoutEvent): string {
  const where = portName(event);
  const { timeout } = event;
  if (timeout === undefined) return `${where}: connections no longer end at one age`;
  const age = Math.round(timeout.seconds);
  const whose = known.find(([seconds]) => Math.abs(seconds - age) <= 0.05 * seconds)?.[1];
  const hint = whose === undefined ? '' : `: ${whose}`;
  return `${where}: ${timeout.count} of ${timeout.of} connections that ended lately lived ${age} s, one after the other: suspect an idle timeout on the way${hint}`;
}

export function incidentText(event: IncidentEvent): string {
  const { step, began, closed, outcome, beside, traceId } = event;
  const what = `${portName(event)}: ${changeText(event)}`;
  const next = besideText(beside);
  if (step === 'opened') return `${what}, ${next}, trace ${traceId}`;
  const lasted = closed === undefined ? '' : ` after ${((closed - began) / 1e6).toFixed(1)} s`;
  return `${what}, ${endText(event.change, outcome)}${lasted}, ${next}`;
}

function changeText({ step, change, before, extreme }: IncidentEvent): string {
  if (change === 'storm') return `${extreme} connections a minute came and went instead of ${before}`;
  const within = step === 'opened' ? ' within a minute' : '';
  return `connections ${change === 'fall' ? 'fell' : 'rose'} from ${before} to ${extreme}${within}`;
}

function endText(change: IncidentEvent['change'], outcome: IncidentEvent['outcome']): string {
  if (outcome === 'recovered') return '95 % are there again';
  if (outcome === 'settled') return 'that is over';
  if (outcome === undefined) return 'over';
  return change === 'storm' ? 'that is usual by now' : 'they have not come back';
}

function besideText(beside: IncidentEvent['beside']): string {
  if (beside === undefined) return 'beside nothing that leasewatch saw';
  const name = printable(beside.name);
  if (beside.what === 'outage') return `beside the outage of node ${name} (trace ${beside.traceId})`;
  return `beside the round of ${name} (${beside.cause}, trace ${beside.traceId})`;
}

/** `port 8080`, `port 8080 of shop/chat-0`, or the place alone where it is not of one port. */
export function portName({
  namespace,
  pod,
  port,
}: {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number | undefined;
}): string {
  const place = pod === '' ? '' : `${printable(namespace)}/${printable(pod)}`;
  if (port === undefined) return place === '' ? 'this network namespace' : place;
  return place === '' ? `port ${port}` : `port ${port} of ${place}`;
}
