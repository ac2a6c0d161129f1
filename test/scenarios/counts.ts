import { z } from 'zod';
import type { Moment } from '../../exporter/clock.ts';
import type { CountsObservation } from '../../exporter/model/observation.ts';
import { countsObservation } from '../../exporter/sources/recording-counts.ts';
import type { Command } from './script.ts';

/** What a command of a script says that an endpoint counts. Throws on what none could. */
export function countsTold({ words: [target = ''], fields }: Command, at: Moment): CountsObservation {
  const number = (name: string) => (fields.has(name) ? Number(fields.get(name)) : undefined);
  const failed = fields.get('failed');
  const parsed = countsObservation.safeParse({
    ...{ kind: 'counts', source: `endpoints/${target}`, at, target, side: fields.get('side') ?? 'proxy' },
    result:
      failed === undefined ? { connections: number('connections'), total: number('total') } : { failed },
  });
  if (parsed.success) return parsed.data;
  throw new Error(`scenario: no endpoint tells this: ${z.prettifyError(parsed.error)}`);
}
