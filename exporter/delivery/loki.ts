import { type CredentialSources, lowerCased } from './credentials.ts';
import type { OutboxBatch, Outcome } from './outbox.ts';
import { openPoster, type PostOptions } from './post.ts';
import { outcomeOf, type Receiver, withPath } from './receiver.ts';
import { requestBody } from './request-bodies.ts';

export interface LokiTarget extends CredentialSources {
  /** Loki's base address; `/loki/api/v1/push` is appended unless it ends so already. */
  readonly url: string;
  /** Sent as `X-Scope-OrgID`. */
  readonly tenant?: string | undefined;
}

/**
 * Posts batches of `values` entries (`["<ns>","<line>",{…}]`) to Loki. A batch is one stream, whose name
 * is the labels as JSON, so that Loki's answer speaks of this stream alone.
 */
export function lokiReceiver(target: LokiTarget, options: PostOptions): Receiver {
  const tenant = target.tenant === undefined ? {} : { 'x-scope-orgid': target.tenant };
  const poster = openPoster(
    withPath(target.url, '/loki/api/v1/push'),
    { ...target, headers: { ...lowerCased(target.headers), ...tenant } },
    options,
  );
  async function post(batch: OutboxBatch, signal: AbortSignal): Promise<Outcome> {
    const body = requestBody('logs', batch.stream, batch.bodies);
    return outcomeOf(await poster.post(body, signal), isTemporary);
  }
  return { post, renewed: (stop) => poster.renewed(stop), close: () => poster.close() };
}

function isTemporary(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}
