import { z } from 'zod';
import { absent, moment } from './record-schemas.ts';

/** What an endpoint counts itself, in a recording. */
export const countsObservation = z.strictObject({
  kind: z.literal('counts'),
  source: z.string(),
  at: moment,
  target: z.string(),
  side: z.enum(['proxy', 'app']),
  result: z.union([
    z.strictObject({ connections: z.number(), total: absent(z.number()) }),
    z.strictObject({
      failed: z.enum([
        'unreachable',
        'denied',
        'timeout',
        'status',
        'too_large',
        'not_prometheus',
        'no_series',
        'file',
      ]),
    }),
  ]),
});
