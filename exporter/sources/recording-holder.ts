import { z } from 'zod';
import { absent, moment } from './record-schemas.ts';

const ask = z.strictObject({
  kind: z.literal('find-holder'),
  namespace: z.string(),
  lease: z.string(),
  holder: z.string(),
  candidates: z.array(z.string()),
  urgent: z.boolean(),
  verify: z.boolean(),
});

export const pod = z.strictObject({
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  node: absent(z.string()),
  owner: absent(z.string()),
  revision: absent(z.string()),
  deleting: z.boolean(),
  reason: absent(z.string()),
  disruption: absent(z.string()),
  restarts: z.number(),
  ended: absent(z.strictObject({ reason: z.string(), exitCode: z.number(), at: absent(z.number()) })),
});

const workload = z.strictObject({ candidates: z.number(), revisions: z.array(z.string()) });

/** The answer to who a holder is, in a recording. */
export const holderObservation = z.strictObject({
  kind: z.literal('holder'),
  ask,
  at: moment,
  result: z.union([
    z.strictObject({
      found: pod,
      workload: workload.exactOptional(),
      unlisted: z.string().exactOptional(),
    }),
    z.strictObject({
      absent: z.literal(true),
      workload: z.enum(['gone', 'alive', 'unknown']).exactOptional(),
    }),
    z.strictObject({ forbidden: z.string() }),
    z.strictObject({ failed: z.string() }),
  ]),
});
