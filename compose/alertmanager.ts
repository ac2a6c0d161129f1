import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { told } from '../alerts/yaml.ts';

const example = join(import.meta.dirname, '../alerts/alertmanager/alertmanager.yaml');
const configuration = z.looseObject({
  route: z.looseObject({}),
  inhibit_rules: z.array(z.looseObject({})),
  receivers: z.array(z.object({ name: z.string() })),
});

/** Routes and inhibition of the example; every receiver is the page that shows what came. */
export function alertmanagerYaml(): string {
  const { route, inhibit_rules, receivers } = configuration.parse(parse(readFileSync(example, 'utf8')));
  return told({
    global: { resolve_timeout: '5m' },
    route,
    inhibit_rules,
    receivers: receivers.map(({ name }) => receiver(name)),
  });
}

function receiver(name: string): object {
  if (name === 'nobody') return { name };
  return { name, webhook_configs: [{ url: `http://pages:8080/${name}`, send_resolved: true }] };
}
