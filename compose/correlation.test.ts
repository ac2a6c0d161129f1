import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Metric, metrics, prefix } from '../exporter/catalogue.ts';
import type { Event } from '../exporter/model/event.ts';
import { incidentEvent, outageEvent, roundEvent } from '../exporter/signals/fixtures.ts';
import { createTraces } from '../exporter/signals/traces.ts';

const path = join(import.meta.dirname, 'grafana/provisioning/datasources/leasewatch.yaml');
const { datasources } = z
  .object({ datasources: z.array(z.object({ uid: z.string(), jsonData: z.looseObject({}) })) })
  .parse(parse(readFileSync(path, 'utf8')));
const { tags, queries } = z
  .object({
    tags: z.array(z.object({ key: z.string(), value: z.string() })),
    queries: z.array(z.object({ name: z.string(), query: z.string() })),
  })
  .parse(datasources.find(({ uid }) => uid === 'jaeger')?.jsonData.tracesToMetrics);

/** The labels that Grafana takes from the root span of an event. */
function labelsOf(event: Event): string[] {
  const spans: string[] = [];
  const resource = { serviceName: 'leasewatch', cluster: 'c', site: '', attributes: {} };
  const traces = createTraces({
    deliver: ({ body }) => spans.push(Buffer.from(body).toString()),
    resource,
  });
  traces.observe(event);
  const root = spans.at(-1) ?? assert.fail('no span');
  return tags.filter(({ key }) => root.includes(`"key":"${key}"`)).map(({ value }) => value);
}

const roots = [
  {
    event: roundEvent('closed'),
    labels: ['namespace', 'lease'],
    asked: ['Verdicts on the lease', 'Gaps of the lease'],
  },
  { event: outageEvent(), labels: ['node'], asked: ['Verdicts on the node'] },
  { event: incidentEvent(), labels: ['namespace', 'pod'], asked: ['Connections of the Pod'] },
];

for (const { event, labels, asked } of roots) {
  test(`a trace opens metrics of what it is about: ${asked.join(', ')}`, () => {
    assert.deepEqual(labelsOf(event), labels);
    for (const name of asked) {
      const query = queries.find((one) => one.name === name)?.query ?? assert.fail(name);
      const [, metric = ''] = new RegExp(`^${prefix}(\\w+)\\{\\$\\$__tags\\}$`).exec(query) ?? [];
      const known: Readonly<Record<string, Metric>> = metrics;
      for (const label of labels) assert.ok(known[metric]?.labels.includes(label), `${query}: ${label}`);
    }
  });
}
