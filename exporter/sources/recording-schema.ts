import { z } from 'zod';
import type { Observation } from '../model/observation.ts';
import { memorySchema } from './memory-schema.ts';
import { candidateRecord, leaseRecord, moment, nodeRecord } from './record-schemas.ts';
import { countsObservation } from './recording-counts.ts';
import { holderObservation } from './recording-holder.ts';
import { probeObservation } from './recording-probe.ts';
import { placeCensus, unreadPlace } from './recording-sockets.ts';

/** The first line of a recording. A change to an observation that an older reader would misread needs a new version. */
export const recordingHeader = { recording: 'leasewatch observations', version: 1 } as const;

const told = { source: z.string(), at: moment };
const change = z.enum(['listed', 'added', 'modified', 'deleted']);

const answered = { sentAt: moment, at: moment };
const failed = z.strictObject({ failed: z.string() });

const answers = [
  z.strictObject({
    kind: z.literal('answer'),
    ask: z.strictObject({ kind: z.literal('read-lease'), namespace: z.string(), name: z.string() }),
    ...answered,
    result: z.union([
      z.strictObject({ found: leaseRecord }),
      z.strictObject({ absent: z.literal(true) }),
      failed,
    ]),
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
    result: z.union([z.strictObject({ listed: z.array(leaseRecord) }), failed]),
  }),
] as const;

export const observationSchema: z.ZodType<Observation> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('list'), ...told, phase: z.enum(['begin', 'end']), sentAt: moment }),
  z.strictObject({ kind: z.literal('lease'), ...told, change, lease: leaseRecord }),
  z.strictObject({ kind: z.literal('node'), ...told, change, node: nodeRecord }),
  z.strictObject({ kind: z.literal('candidate'), ...told, change, candidate: candidateRecord }),
  z.strictObject({
    kind: z.literal('sight'),
    ...told,
    sight: z.enum(['blind', 'sighted', 'forbidden']),
    why: z.string(),
    restart: z.string().exactOptional(),
  }),
  z.strictObject({ kind: z.literal('cluster'), at: moment, uid: z.string() }),
  z.strictObject({
    kind: z.literal('sockets'),
    ...told,
    node: z.string().exactOptional(),
    places: z.array(placeCensus),
    unread: z.array(unreadPlace),
  }),
  probeObservation,
  countsObservation,
  ...answers,
  holderObservation,
  z.strictObject({ kind: z.literal('progress'), ...told, resourceVersion: z.string() }),
  z.strictObject({
    kind: z.literal('remembered'),
    at: moment,
    awayMs: z.number(),
    sameClock: z.boolean(),
    memory: memorySchema,
  }),
  z.strictObject({ kind: z.literal('replica'), at: moment, pushes: z.boolean(), why: z.string() }),
  z.strictObject({ kind: z.literal('time'), at: moment }),
]);
