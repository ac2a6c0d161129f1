import { z } from 'zod';
import type { ProbeTold } from '../../exporter/model/probe-observation.ts';
import { probeObservation } from '../../exporter/sources/recording-probe.ts';
import type { Command } from './script.ts';

const at = { mono: 0, wall: 0 };
const phases = ['dns', 'tcp', 'tls', 'upgrade', 'pong'] as const;

/** What a command of a script says that a probe saw. Throws on what no probe could tell. */
export function probeTold({ verb, words: [, why = ''], fields }: Command, epoch: number): ProbeTold {
  const number = (name: string) => (fields.has(name) ? Number(fields.get(name)) : undefined);
  const micros = (name: string) => (fields.has(name) ? epoch + Number(fields.get(name)) * 1e6 : undefined);
  const common = { kind: 'probe', source: '', at, target: '', why };
  if (verb === 'pong') {
    return told({ kind: 'probe', source: '', at, target: '', step: 'pong', rttSeconds: number('after') });
  }
  if (verb === 'closed') {
    const by = fields.get('by') ?? 'server';
    return told({
      ...common,
      step: 'closed',
      code: number('code'),
      initiator: by,
      heldSeconds: number('held'),
    });
  }
  if (verb === 'session') return told({ ...common, step: 'session', failure: fields.get('failure') });
  if (verb === 'spread') {
    const counted = (kind: string) =>
      [...fields].flatMap(([name, count]) =>
        name.startsWith(kind) ? [[name.slice(kind.length), Number(count)] as const] : [],
      );
    return told({ ...common, step: 'spread', backends: counted('backend.'), failures: counted('failed.') });
  }
  const leaf = micros('leaf');
  return told({
    ...{ ...common, step: 'handshake', failure: fields.get('failure'), status: number('status') },
    phases: Object.fromEntries(phases.filter((name) => fields.has(name)).map((name) => [name, number(name)])),
    certificates: leaf === undefined ? undefined : { leaf, issuer: micros('issuer') },
  });
}

function told(value: unknown): ProbeTold {
  const parsed = probeObservation.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`scenario: no probe tells this: ${z.prettifyError(parsed.error)}`);
}
