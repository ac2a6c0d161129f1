import { z } from 'zod';
import type { Memory } from '../model/memory.ts';
import { absent, leaseRecord, moment, nodeRecord } from './record-schemas.ts';
import { pod } from './recording-holder.ts';

const age = z.number();
const micros = z.number();
const cause = z.enum(['released', 'expired', 'deleted', 'taken', 'coordinated', 'created']);
const leaseClass = z.enum(['election', 'node', 'apiserver', 'coordinated', 'lock', 'heartbeat']);
const leaseState = z.enum(['held', 'expired', 'released', 'vacant', 'orphaned', 'deleted', 'unknown']);

const write = z.strictObject({
  at: micros,
  what: z.string(),
  holder: z.string(),
  resourceVersion: z.string(),
  byHand: z.string().exactOptional(),
});

const trail = z.strictObject({
  questions: z.number(),
  before: absent(pod),
  after: absent(z.union([pod, z.literal('absent')])),
  revisions: z.array(z.string()),
  leaving: z.boolean(),
});

const holding = z.strictObject({
  identity: z.string(),
  pod: absent(pod),
  node: z.string(),
  candidates: absent(z.number()),
});

const round = z.strictObject({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  leaseUid: z.string(),
  cause,
  predecessor: z.string(),
  predecessorRenewTime: absent(micros),
  predecessorAt: z.strictObject({ pod: z.string(), node: z.string() }),
  trail: absent(trail),
  successor: z.string(),
  durationSeconds: z.number(),
  uncertain: z.boolean(),
  attempts: z.number(),
  leaderlessMs: z.number(),
  anchorAge: age,
  anchorWall: micros,
  lastRenewalAge: age,
  vacatedAge: age,
  vacantSinceAge: age,
  acquiredAge: absent(age),
  unseenFromAge: absent(age),
  unseenToAge: absent(age),
  entitled: absent(z.strictObject({ holder: z.string(), until: age, resourceVersion: z.string() })),
  writes: z.array(write),
  previousTraceId: absent(z.string()),
});

const lease = z.strictObject({
  of: z.literal('lease'),
  at: moment,
  source: z.string(),
  record: leaseRecord,
  class: leaseClass,
  stood: absent(leaseState),
  durationSeconds: absent(z.number()),
  observedAge: age,
  observedWall: micros,
  blindAge: age,
  seenAlive: z.boolean(),
  listed: z.boolean(),
  edited: z.boolean(),
  named: absent(z.enum(['awaited', 'overdue'])),
  rivalUntilAge: absent(age),
  ownAcquisition: z.boolean(),
  versionWhenUp: absent(z.string()),
  asksInTime: absent(z.boolean()),
  clockAhead: absent(z.number()),
  deletedAge: absent(age),
  lastTraceId: absent(z.string()),
  roundsFromAge: absent(age),
  setBacks: absent(z.number()),
  lastHolder: z.string(),
  holding: absent(holding),
  round: absent(round),
  late: absent(z.strictObject({ round, closedAge: age, looks: z.number() })),
});

const outage = z.strictObject({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  anchorAge: age,
  anchorWall: micros,
  heardAge: age,
  lostAge: age,
  backAge: absent(age),
  bootId: absent(z.string()),
  unseenFromAge: absent(age),
  unseenToAge: absent(age),
  together: absent(
    z.strictObject({ silent: z.number(), of: z.number(), suspect: z.enum(['partition', 'control_plane']) }),
  ),
  rounds: z.array(z.string()),
});

const node = z.strictObject({
  of: z.literal('node'),
  at: moment,
  name: z.string(),
  lease: absent(leaseRecord),
  node: absent(nodeRecord),
  observedAge: age,
  observedWall: micros,
  heard: z.boolean(),
  renewed: absent(micros),
  setBacks: absent(z.number()),
  clockAhead: absent(z.number()),
  outage: absent(outage),
});

const cluster = z.strictObject({ of: z.literal('cluster'), at: moment, uid: z.string() });

const silence = z.strictObject({
  of: z.literal('silence'),
  at: moment,
  class: leaseClass,
  durationMs: z.number(),
  lastHeardAge: age,
  untilAge: age,
});

const absence = z.strictObject({
  of: z.literal('absence'),
  at: moment,
  namespace: z.string(),
  lease: z.string(),
  sinceAge: age,
});

const memories = [cluster, lease, node, silence, absence] as const;

export const memorySchema: z.ZodType<Memory> = z.discriminatedUnion('of', memories);
