import { z } from 'zod';
import type { Observation } from '../model/observation.ts';

/** The first line of a recording. A change to an observation that an older reader would misread needs a new version. */
export const recordingHeader = { recording: 'leasewatch observations', version: 1 } as const;

/** JSON leaves out what is `undefined`: it is read as `undefined` again. */
function absent<T extends z.ZodType>(schema: T) {
  return schema.optional().transform((value) => value);
}

const moment = z.strictObject({ mono: z.number(), wall: z.number() });
const told = { source: z.string(), at: moment };
const change = z.enum(['listed', 'added', 'modified', 'deleted']);

const lease = z.strictObject({
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
  identityLabel: absent(z.string()),
  writer: absent(z.string()),
});

const node = z.strictObject({
  name: z.string(),
  uid: z.string(),
  resourceVersion: z.string(),
  bootId: absent(z.string()),
  ready: absent(z.string()),
  readyHeartbeat: absent(z.number()),
  readyTransition: absent(z.number()),
  terminating: z.boolean(),
});

const portCensus = z.strictObject({
  port: z.number(),
  established: z.number(),
  unaccepted: z.number(),
  closing: z.number(),
  listening: z.boolean(),
});

const answered = { sentAt: moment, at: moment };
const failed = z.strictObject({ failed: z.string() });

const answers = [
  z.strictObject({
    kind: z.literal('answer'),
    ask: z.strictObject({ kind: z.literal('read-lease'), namespace: z.string(), name: z.string() }),
    ...answered,
    result: z.union([z.strictObject({ found: lease }), z.strictObject({ absent: z.literal(true) }), failed]),
  }),
  z.strictObject({
    kind: z.literal('revision'),
    ask: z.strictObject({ kind: z.literal('read-revision'), source: z.string() }),
    ...answered,
    result: z.union([z.strictObject({ revision: z.string() }), failed]),
  }),
  z.strictObject({
    kind: z.literal('leases'),
    ask: z.strictObject({ kind: z.literal('list-leases'), source: z.string() }),
    ...answered,
    result: z.union([z.strictObject({ listed: z.array(lease) }), failed]),
  }),
] as const;

export const observationSchema: z.ZodType<Observation> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('list'), ...told, phase: z.enum(['begin', 'end']), sentAt: moment }),
  z.strictObject({ kind: z.literal('lease'), ...told, change, lease }),
  z.strictObject({ kind: z.literal('node'), ...told, change, node }),
  z.strictObject({
    kind: z.literal('sight'),
    ...told,
    sight: z.enum(['blind', 'sighted', 'forbidden']),
    why: z.string(),
    restart: z.string().exactOptional(),
  }),
  z.strictObject({ kind: z.literal('cluster'), at: moment, uid: z.string() }),
  z.strictObject({ kind: z.literal('sockets'), ...told, ports: z.array(portCensus) }),
  ...answers,
  z.strictObject({ kind: z.literal('progress'), ...told, resourceVersion: z.string() }),
  z.strictObject({ kind: z.literal('time'), at: moment }),
]);
