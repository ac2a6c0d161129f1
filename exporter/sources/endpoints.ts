import { type Clock, sleep } from '../clock.ts';
import { readCredentials, secretsInUrl, withoutSecrets } from '../credentials.ts';
import type { CountsObservation } from '../model/observation.ts';
import { type EndpointReply, type ReadEndpoint, readEndpoint } from './endpoint-read.ts';
import type { EndpointTarget } from './endpoint-target.ts';
import type { Source } from './source.ts';

export interface EndpointSourceOptions {
  readonly target: EndpointTarget;
  readonly clock: Clock;
  /** The network, if not given. */
  readonly read?: ReadEndpoint;
}

/**
 * Reads what a proxy or an application counts itself, every interval. Its name is `endpoints/TARGET`. While it
 * cannot be read it is blind, and there is no count: an unknown count is no zero.
 */
export function endpointSource(options: EndpointSourceOptions): Source {
  const { target, clock, read = readEndpoint } = options;
  const name = `endpoints/${target.name}`;
  return {
    name,
    async run(emit, stop) {
      while (!stop.aborted) {
        const due = clock.now().mono + target.intervalMs;
        const reply = await readOnce(target, read, clock, stop);
        // A reading that we broke off ourselves says nothing of the endpoint.
        if (stop.aborted) return;
        tell(reply);
        await sleep(clock, due - clock.now().mono, stop);
      }

      function tell(reply: EndpointReply): void {
        const common = { source: name, at: clock.now() };
        emit({ kind: 'counts', ...common, target: target.name, side: target.side, ...countsOf(reply) });
        if (reply.kind === 'failed') emit({ kind: 'sight', ...common, sight: 'blind', why: reply.why });
      }
    },
  };
}

function countsOf(reply: EndpointReply): { result: CountsObservation['result'] } {
  if (reply.kind === 'failed') return { result: { failed: reply.reason } };
  return { result: { connections: reply.connections, total: reply.total } };
}

async function readOnce(
  target: EndpointTarget,
  read: ReadEndpoint,
  clock: Clock,
  stop: AbortSignal,
): Promise<EndpointReply> {
  const told = await readCredentials(target);
  if (told.kind === 'failed') return { kind: 'failed', reason: 'file', why: told.why };
  const { credentials } = told;
  const reply = await read({ target, credentials, clock, stop });
  if (reply.kind === 'counted') return reply;
  // It may repeat what it was sent.
  return { ...reply, why: withoutSecrets(reply.why, [...credentials.secrets, ...secretsInUrl(target.url)]) };
}
