import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Daemon, daemon } from './monitoring.ts';

const recipes = join(import.meta.dirname, '../../docs/edge');
const everySecond = { scrape_interval: '1s', evaluation_interval: '1s' };

const agentRecipe = z.looseObject({
  global: z.looseObject({}),
  scrape_configs: z.tuple([z.looseObject({})]),
  remote_write: z.tuple([z.looseObject({ queue_config: z.looseObject({}) })]),
});

/** The flags of the documented agent, without its places. */
export const agentFlags = [
  '--enable-feature=agent',
  '--storage.agent.wal-truncate-frequency=24h',
  '--storage.agent.retention.max-time=48h',
] as const;

/** The documented agent, faster, between this target and this receiver. */
export function startAgent(
  program: string,
  folder: string,
  target: string,
  writeTo: string,
): Promise<Daemon> {
  const recipe = agentRecipe.parse(parse(readFileSync(join(recipes, 'agent.yaml'), 'utf8')));
  const [scrape] = recipe.scrape_configs;
  const [write] = recipe.remote_write;
  const config = join(folder, 'agent.yaml');
  const settings = {
    ...recipe,
    global: { ...recipe.global, ...everySecond },
    scrape_configs: [{ ...scrape, static_configs: targets(target) }],
    remote_write: [
      {
        ...write,
        url: `${writeTo}/api/v1/write`,
        queue_config: { ...write.queue_config, max_backoff: '1s' },
      },
    ],
  };
  writeFileSync(config, JSON.stringify(settings));
  return daemon(program, (listen) => [
    ...agentFlags,
    `--config.file=${config}`,
    `--storage.agent.path=${join(folder, 'agent')}`,
    `--web.listen-address=${listen}`,
  ]);
}

/** The documented central Prometheus, which also scrapes this target itself, as job `direct`. */
export function startCentral(program: string, folder: string, target: string): Promise<Daemon> {
  const recipe = z.looseObject({}).parse(parse(readFileSync(join(recipes, 'central.yaml'), 'utf8')));
  const config = join(folder, 'central.yaml');
  const direct = { job_name: 'direct', honor_labels: true, static_configs: targets(target) };
  writeFileSync(config, JSON.stringify({ ...recipe, global: everySecond, scrape_configs: [direct] }));
  return daemon(program, (listen) => [
    '--web.enable-remote-write-receiver',
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'central')}`,
    `--web.listen-address=${listen}`,
  ]);
}

function targets(url: string) {
  return [{ targets: [new URL(url).host] }];
}

/** Unix seconds and value. */
export type Sample = readonly [at: number, value: number];

const matrix = z.object({
  data: z.object({
    result: z.array(z.object({ values: z.array(z.tuple([z.number(), z.coerce.number()])) })),
  }),
});

/** The samples of the one series that the selector has, of the last minutes; none when there is no such series. */
export async function samples(prometheus: Daemon, selector: string): Promise<readonly Sample[]> {
  const query = encodeURIComponent(`${selector}[5m]`);
  const response = await fetch(`${prometheus.url}/api/v1/query?query=${query}`);
  const { result } = matrix.parse(await response.json()).data;
  if (result.length > 1) throw new Error(`edge: ${selector} has ${result.length} series`);
  return result[0]?.values ?? [];
}

/** The value of one series in an exposition. */
export function valueIn(exposition: string, series: string): number | undefined {
  const line = exposition.split('\n').find((text) => text.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}
