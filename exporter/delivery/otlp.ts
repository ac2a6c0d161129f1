import { z } from 'zod';
import type { CredentialSources } from '../credentials.ts';
import { openPoster, type PostOptions } from './post.ts';
import type { Parcel, Posted } from './posting.ts';
import { outcomeOf, publicAddress, type Receiver, withPath } from './receiver.ts';
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
export function otlpReceiver(target: OtlpTarget, options: OtlpOptions, open = openPoster): Receiver {
  const url = tracesUrl(target);
  const poster = open(url, target, options);
  async function post({ bodies, importance }: Parcel, signal: AbortSignal): Promise<Posted> {
    const answer = await poster.post(requestBody('traces', '', bodies), importance, signal);
    const outcome = outcomeOf(answer, (status) => temporary.includes(status));
    if (outcome.kind !== 'accepted' || answer.kind !== 'answered') return outcome;
    const partial = partialSuccess(answer.text);
    if (partial === undefined) return outcome;
    options.onPartial?.(partial.rejectedSpans, partial.errorMessage);
    return { kind: 'accepted', refused: partial.rejectedSpans };
  }
  return {
    post,
    renewed: (stop) => poster.renewed(stop),
    destination: publicAddress(url),
    close: () => poster.close(),
  };
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
