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
  const { step, change, before, extreme, began, closed, outcome, beside, traceId } = event;
  const where = portName(event);
  const what =
    change === 'fall'
      ? `connections fell from ${before} to ${extreme}`
      : `connections rose from ${before} to ${extreme}`;
  const next = besideText(beside);
  if (step === 'opened') return `${where}: ${what} within a minute, ${next}, trace ${traceId}`;
  const lasted = closed === undefined ? '' : ` after ${((closed - began) / 1e6).toFixed(1)} s`;
  const ends = {
    recovered: '95 % are there again',
    lasting: 'they have not come back',
    settled: 'that is over',
  };
  return `${where}: ${what}, ${outcome === undefined ? 'over' : ends[outcome]}${lasted}, ${next}`;
}

function besideText(beside: IncidentEvent['beside']): string {
  if (beside === undefined) return 'beside nothing that leasewatch saw';
  const name = printable(beside.name);
  if (beside.what === 'outage') return `beside the outage of node ${name} (trace ${beside.traceId})`;
  return `beside the round of ${name} (${beside.cause}, trace ${beside.traceId})`;
}

/** `port 8080` or `port 8080 of shop/chat-0`. */
export function portName({ namespace, pod, port }: { namespace: string; pod: string; port: number }): string {
  return pod === '' ? `port ${port}` : `port ${port} of ${printable(namespace)}/${printable(pod)}`;
}
