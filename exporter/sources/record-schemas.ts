import { z } from 'zod';

/** The parts of observations and memories, as they are read back from JSON. */

/** JSON leaves out what is `undefined`: it is read as `undefined` again. */
export function absent<T extends z.ZodType>(schema: T) {
  return schema.optional().transform((value) => value);
}

export const moment = z.strictObject({ mono: z.number(), wall: z.number() });

export const leaseRecord = z.strictObject({
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  resourceVersion: z.string(),
  holder: absent(z.string()),
  durationSeconds: absent(z.number()),
  acquireTime: absent(z.number()),
  renewTime: absent(z.number()),
  transitions: absent(z.number()),
  strategy: absent(z.string()),
  preferredHolder: absent(z.string()),
  identityLabel: absent(z.string()),
  writer: absent(z.string()),
  labels: z.record(z.string(), z.string()).exactOptional(),
});

export const candidateRecord = z.strictObject({
  namespace: z.string(),
  name: z.string(),
  resourceVersion: z.string(),
  lease: absent(z.string()),
  renewTime: absent(z.number()),
});

export const nodeRecord = z.strictObject({
  name: z.string(),
  uid: z.string(),
  resourceVersion: z.string(),
  bootId: absent(z.string()),
  ready: absent(z.string()),
  readyHeartbeat: absent(z.number()),
  readyTransition: absent(z.number()),
  terminating: z.boolean(),
  cordoned: absent(z.boolean()),
});
