import { z } from 'zod';

/**
 * What the terminal needs of what `/api` tells. It may come from an older or a newer leasewatch: what is
 * missing is unknown, what is new goes through as it is.
 */

const text = z.string();
const seconds = z.number();
const time = z.looseObject({ iso: text, unix: seconds });
const orNull = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);

const lastRound = z.looseObject({
  traceId: text,
  cause: text,
  outcome: orNull(text),
  uncertain: z.boolean(),
  predecessor: text,
  successor: text,
  predecessorNode: orNull(text),
  predecessorFate: orNull(text),
  gapSeconds: orNull(seconds),
  leaderlessSeconds: orNull(seconds),
  closedSecondsAgo: seconds,
});

const lease = z.looseObject({
  namespace: text,
  lease: text,
  class: text,
  state: text,
  stateSeconds: seconds,
  holder: text,
  holderPod: orNull(text),
  holderNode: orNull(text),
  candidates: orNull(seconds),
  preferredHolder: orNull(text),
  leaseDurationSeconds: orNull(seconds),
  transitions: orNull(seconds),
  renewed: orNull(time),
  acquired: orNull(time),
  observedSecondsAgo: seconds,
  renewals: seconds,
  lateRenewals: seconds,
  missedRounds: seconds,
  possibleOverlaps: seconds,
  clockSkewSeconds: orNull(seconds),
  openRound: orNull(text),
  policy: orNull(text),
  absent: orNull(z.boolean()),
  changesLastDay: orNull(seconds),
  changesLastDayCut: orNull(z.boolean()),
  lastRound: orNull(lastRound),
});

const round = z.looseObject({
  traceId: text,
  namespace: text,
  lease: text,
  cause: text,
  open: z.boolean(),
  predecessor: text,
  predecessorNode: orNull(text),
  predecessorFate: orNull(text),
  lastRenewal: orNull(time),
});

const node = z.looseObject({
  node: text,
  state: text,
  stateSeconds: seconds,
  observedSecondsAgo: orNull(seconds),
  missedHeartbeats: seconds,
  clockSkewSeconds: orNull(seconds),
  disagreement: orNull(text),
});

const expected = z.looseObject({ namespace: text, lease: text, state: text, absent: z.boolean() });
const policy = z.looseObject({ policy: text, ignoredLeases: orNull(seconds), expected: z.array(expected) });

/** By the name under which `/api/NAME` tells them. */
export const answerSchemas = {
  leases: z.looseObject({
    asOf: orNull(time),
    watchedSeconds: orNull(seconds),
    leases: z.array(lease),
  }),
  rounds: z.looseObject({ rounds: z.array(round) }),
  nodes: z.looseObject({ nodes: z.array(node) }),
  policies: z.looseObject({ policies: z.array(policy) }),
};

export type AnswerName = keyof typeof answerSchemas;
export type Answers = { readonly [N in AnswerName]: z.infer<(typeof answerSchemas)[N]> };
export type LeaseAnswer = z.infer<typeof lease>;
export type LastRoundAnswer = z.infer<typeof lastRound>;
export type RoundAnswer = z.infer<typeof round>;
export type NodeAnswer = z.infer<typeof node>;

export type ParsedAnswer<T> =
  | { readonly kind: 'ok'; readonly answer: T }
  | { readonly kind: 'failed'; readonly why: string };

/** Reads what `/api/NAME` answered. The reason names the first place that is not as it must be. */
export function parseAnswer<T>(name: AnswerName, schema: z.ZodType<T>, body: string): ParsedAnswer<T> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { kind: 'failed', why: `/api/${name} answers no JSON: is this leasewatch?` };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { kind: 'ok', answer: parsed.data };
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
  return { kind: 'failed', why: `/api/${name} answers what is not understood${where}: is this leasewatch?` };
}
