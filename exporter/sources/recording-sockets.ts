import { z } from 'zod';
import { absent } from './record-schemas.ts';

const count = z.number();
const spread = z.strictObject({ min: count, p50: count, p90: count, max: count });

const states = {
  ...{ established: count, syn_sent: count, syn_recv: count, fin_wait1: count, fin_wait2: count },
  ...{ time_wait: count, close: count, close_wait: count, last_ack: count, listen: count, closing: count },
};

const portCensus = z.strictObject({
  port: z.number(),
  origin: z.enum(['configured', 'annotated', 'found']),
  listening: z.boolean(),
  ...{ established: count, near: count, ghosts: count, stalled: count, deadStalled: count },
  ...{ unaccepted: count, closing: count, acceptQueue: count },
  states: z.strictObject(states),
  ...{ sendQueueBytes: count, longestSendQueueBytes: count },
  ages: absent(spread),
  closed: count,
  ended: z.array(z.tuple([z.number(), count])),
});

const container = z.string();
const descriptors = z.strictObject({ container, open: count, most: count });
const unreadDescriptors = z.strictObject({
  container,
  unread: z.enum(['not_visible', 'not_told', 'no_limit', 'denied']),
});

/** The census of one network namespace, as it is read back from JSON. */
export const placeCensus = z.strictObject({
  namespace: z.string(),
  pod: z.string(),
  workload: z.string().exactOptional(),
  ports: z.array(portCensus),
  counters: z
    .strictObject({ accepts: count, resets: count, timeouts: count, listenOverflows: count })
    .exactOptional(),
  descriptors: z.array(z.union([descriptors, unreadDescriptors])).exactOptional(),
});

export const unreadPlace = z.strictObject({
  namespace: z.string(),
  pod: z.string(),
  reason: z.enum(['bad_annotation', 'gone', 'denied', 'unreadable']),
  why: z.string(),
});
