import { resolvePolicies } from '../../exporter/config-policies.ts';
import { configSchema } from '../../exporter/config-schema.ts';
import type { Policy } from '../../exporter/model/policy.ts';
import type { Command } from './script.ts';

/** The commands `policy` of a script, read as the configuration reads them. */
export function policiesOf(commands: readonly Command[]): readonly Policy[] {
  const written = configSchema.parse({ policies: commands.map(({ fields }) => policyOf(fields)) });
  return resolvePolicies(written.policies);
}

const matched = ['namespace', 'name', 'node'];

function policyOf(fields: ReadonlyMap<string, string>): Record<string, unknown> {
  const all = [...fields];
  const labels = all.flatMap(([key, value]) => (key.startsWith('label.') ? [[key.slice(6), value]] : []));
  const match = all.filter(([key]) => matched.includes(key));
  const said = all.filter(([key]) => !matched.includes(key) && !key.startsWith('label.'));
  return {
    match: {
      ...Object.fromEntries(match),
      ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) }),
    },
    ...Object.fromEntries(said.map(([key, value]) => [key, key === 'ignore' ? value === 'true' : value])),
  };
}
