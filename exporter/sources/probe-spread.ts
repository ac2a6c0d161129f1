import type { ProbeSpread, SpreadFailure } from '../model/observation.ts';
import { backendInHeader, backendInMessage } from './backend-name.ts';
import type { HeldConnection } from './probe-connection.ts';
import { aborted, type DialRequest, dial } from './probe-dial.ts';
import type { MessagePattern, SpreadTarget } from './probe-target.ts';

/** Opens connections at once and asks which backend answered each. Never rejects. */
export type CheckSpread = (request: DialRequest, spread: SpreadTarget) => Promise<ProbeSpread>;

type Named = { readonly backend: string } | { readonly failure: SpreadFailure; readonly why: string };
/** With the connection, where there is one. */
type Answered = Named & { readonly connection?: HeldConnection };

/**
 * All connections stay open until each has its answer: a balancer that looks at how many a backend has would
 * otherwise choose the same one again and again.
 */
export const checkSpread: CheckSpread = async (request, spread) => {
  const { clock, stop, target } = request;
  const timeout = new AbortController();
  const cancel = clock.after(target.timeoutMs, () => timeout.abort());
  const bounded = { ...request, stop: AbortSignal.any([timeout.signal, stop]) };
  const answers = await Promise.all(Array.from({ length: spread.connections }, () => ask(bounded, spread)));
  cancel();
  for (const { connection } of answers) connection?.end();
  await Promise.all(answers.map(({ connection }) => connection?.ended));
  return summed(answers);
};

async function ask(request: DialRequest, { backend }: SpreadTarget): Promise<Answered> {
  const { handshake, connection, answer } = await dial(request);
  if (connection === undefined) return { failure: handshake.failure ?? 'protocol', why: handshake.why };
  const named =
    'header' in backend
      ? nameOr(backendInHeader(answer?.headers ?? {}, backend.header), `no header ${backend.header}`)
      : await inFirstMessage(connection, backend.message, request);
  return { ...named, connection };
}

async function inFirstMessage(
  connection: HeldConnection,
  pattern: MessagePattern,
  { stop, target }: DialRequest,
): Promise<Named> {
  const said = await Promise.race([connection.first, connection.ended, aborted(stop)]);
  if (said === undefined) return nameOr(undefined, `no message within ${target.timeoutMs / 1000} s`);
  if (typeof said !== 'string') return { failure: 'closed', why: 'closed before the first message' };
  return nameOr(backendInMessage(said, pattern), `another first message: ${said.slice(0, 100)}`);
}

function nameOr(backend: string | undefined, why: string): Named {
  return backend === undefined ? { failure: 'no_backend', why } : { backend };
}

/** Who answered how often, the busiest first; what failed, and the words of the first of those. */
function summed(answers: readonly Answered[]): ProbeSpread {
  const [backends, failures] = [new Map<string, number>(), new Map<SpreadFailure, number>()];
  let why = '';
  for (const answer of answers) {
    if ('backend' in answer) count(backends, answer.backend);
    else {
      count(failures, answer.failure);
      why ||= answer.why;
    }
  }
  const busiest = [...backends].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return { step: 'spread', backends: busiest, failures: [...failures], why };
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
