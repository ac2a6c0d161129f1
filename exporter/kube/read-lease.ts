import type { AnswerObservation, ReadLease } from '../model/observation.ts';
import { failureOfResponse } from './failure.ts';
import { parseJson } from './json.ts';
import { parseLease } from './parse-lease.ts';
import { answerMs, type Reader, timedRead } from './timed-read.ts';
import { type KubeTransport, readText } from './transport.ts';

/** Reads a lease once, past every cache (no resourceVersion). */
export async function answerLease(reader: Reader, ask: ReadLease): Promise<AnswerObservation> {
  const read = await timedRead(reader, (signal) => readLease(reader.transport, ask, signal));
  return { kind: 'answer', ask, ...read };
}

async function readLease(
  transport: KubeTransport,
  ask: ReadLease,
  signal: AbortSignal,
): Promise<AnswerObservation['result']> {
  const response = await transport.request({
    method: 'GET',
    path: leasePath(ask),
    headers: { accept: 'application/json' },
    signal,
    idleMs: answerMs,
  });
  if (response.status === 200) return found(await readText(response.body));
  const failure = await failureOfResponse(response);
  return response.status === 404 ? { absent: true } : { failed: failure.why };
}

function found(text: string): AnswerObservation['result'] {
  const json = parseJson(text);
  const lease = 'value' in json ? parseLease(json.value) : undefined;
  return lease === undefined ? { failed: 'the answer is not a Lease' } : { found: lease };
}

function leasePath(ask: ReadLease): string {
  const namespace = encodeURIComponent(ask.namespace);
  return `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${encodeURIComponent(ask.name)}`;
}
