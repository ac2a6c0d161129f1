import type { Clock } from '../clock.ts';
import type { AnswerObservation, Ask } from '../model/observation.ts';
import { startDeadline } from './deadline.ts';
import { failureOfResponse } from './failure.ts';
import { parseJson } from './json.ts';
import { parseLease } from './parse-lease.ts';
import { type KubeTransport, readText, TransportError } from './transport.ts';

/** Longest wait for the whole answer, in milliseconds: a later one is of no more use to a verdict. */
const answerMs = 5_000;

/**
 * Reads a lease once, past every cache (no resourceVersion). The answer counts as evidence from `sentAt`,
 * which is taken just before the request is sent.
 */
export async function answer(
  transport: KubeTransport,
  clock: Clock,
  ask: Ask,
  stop: AbortSignal,
): Promise<AnswerObservation> {
  const deadline = startDeadline(clock, answerMs, stop);
  const sentAt = clock.now();
  const result = await read(transport, ask, deadline.signal).finally(deadline.clear);
  const late = 'failed' in result && deadline.expired();
  return {
    kind: 'answer',
    ask,
    sentAt,
    at: clock.now(),
    result: late ? { failed: `no answer within ${answerMs / 1000} s` } : result,
  };
}

async function read(
  transport: KubeTransport,
  ask: Ask,
  signal: AbortSignal,
): Promise<AnswerObservation['result']> {
  try {
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
  } catch (error) {
    if (error instanceof TransportError) return { failed: error.message };
    throw error;
  }
}

function found(text: string): AnswerObservation['result'] {
  const json = parseJson(text);
  const lease = 'value' in json ? parseLease(json.value) : undefined;
  return lease === undefined ? { failed: 'the answer is not a Lease' } : { found: lease };
}

function leasePath(ask: Ask): string {
  const namespace = encodeURIComponent(ask.namespace);
  return `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${encodeURIComponent(ask.name)}`;
}
