import { z } from 'zod';
import type { CredentialSources } from './credentials.ts';
import type { OutboxBatch, Outcome } from './outbox.ts';
import { openPoster, type PostOptions } from './post.ts';
import { outcomeOf, type Receiver, withPath } from './receiver.ts';
import { requestBody } from './request-bodies.ts';

export interface OtlpTarget extends CredentialSources {
  /** The receiver's base address (OTEL_EXPORTER_OTLP_ENDPOINT); `/v1/traces` is appended. */
  readonly url: string;
  /** Use `url` as it is (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT). */
  readonly exact?: boolean;
}

export interface OtlpOptions extends PostOptions {
  /** Told when the receiver took the request but refused some of its spans. */
  readonly onPartial?: (rejectedSpans: number, message: string) => void;
}

// The only ones that the protocol allows; a 500 or 408 repeated may be stored twice.
const temporary: readonly number[] = [429, 502, 503, 504];

/** Posts batches of resourceSpans elements as OTLP/HTTP JSON. */
export function otlpReceiver(target: OtlpTarget, options: OtlpOptions): Receiver {
  const poster = openPoster(tracesUrl(target), target, options);
  async function post(batch: OutboxBatch, signal: AbortSignal): Promise<Outcome> {
    const answer = await poster.post(requestBody('traces', '', batch.bodies), signal);
    const outcome = outcomeOf(answer, (status) => temporary.includes(status));
    if (outcome.kind === 'accepted' && answer.kind === 'answered') {
      const partial = partialSuccess(answer.text);
      if (partial !== undefined) options.onPartial?.(partial.rejectedSpans, partial.errorMessage);
    }
    return outcome;
  }
  return { post, renewed: (stop) => poster.renewed(stop), close: () => poster.close() };
}

/** Where spans go, by the rules of OpenTelemetry's environment variables. */
export function tracesUrl({ url, exact }: Pick<OtlpTarget, 'url' | 'exact'>): string {
  return exact === true ? new URL(url).href : withPath(url, '/v1/traces');
}

// protobuf's JSON mapping writes 64-bit numbers as strings.
const partialAnswer = z.object({
  partialSuccess: z.object({
    rejectedSpans: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER),
    errorMessage: z.string().default(''),
  }),
});

function partialSuccess(text: string): { rejectedSpans: number; errorMessage: string } | undefined {
  try {
    return partialAnswer.safeParse(JSON.parse(text)).data?.partialSuccess;
  } catch {
    return undefined;
  }
}
