import { z } from 'zod';
import { absent, moment } from './record-schemas.ts';

const told = { kind: z.literal('probe'), source: z.string(), at: moment, target: z.string() };
const seconds = z.number().exactOptional();

const failures = [
  'dns',
  'denied',
  'refused',
  'unreachable',
  'reset',
  'timeout',
  'tls',
  'certificate',
  'status',
  'subprotocol',
  'protocol',
  'closed',
  'flood',
  'no_pong',
] as const;
const failure = z.enum(failures);
const connections = z.number();

/** What a probe saw, in a recording. */
export const probeObservation = z.discriminatedUnion('step', [
  z.strictObject({
    ...told,
    step: z.literal('handshake'),
    failure: absent(failure),
    why: z.string(),
    status: absent(z.number()),
    phases: z.strictObject({ dns: seconds, tcp: seconds, tls: seconds, upgrade: seconds, pong: seconds }),
    certificates: absent(z.strictObject({ leaf: z.number(), issuer: absent(z.number()) })),
  }),
  z.strictObject({ ...told, step: z.literal('pong'), rttSeconds: z.number() }),
  z.strictObject({
    ...told,
    step: z.literal('closed'),
    code: z.number(),
    initiator: z.enum(['server', 'probe']),
    why: z.string(),
    heldSeconds: z.number(),
  }),
  z.strictObject({
    ...told,
    step: z.literal('session'),
    failure: absent(z.enum([...failures, 'session_lost'])),
    why: z.string(),
  }),
  z.strictObject({
    ...told,
    step: z.literal('spread'),
    backends: z.array(z.tuple([z.string(), connections])),
    failures: z.array(z.tuple([z.enum([...failures, 'no_backend']), connections])),
    why: z.string(),
  }),
]);
