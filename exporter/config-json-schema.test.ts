import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { configJsonSchema } from './config-json-schema.ts';
import { configSchema } from './config-schema.ts';

/** The schema as an editor has it: read back from its text. */
const editor = z.fromJSONSchema(JSON.parse(configJsonSchema()));

const good: readonly string[] = [
  '{}',
  'mode: node',
  'listen: ":0"',
  'kubernetes: { namespaces: all }',
  'kubernetes: { namespaces: [kube-system], leases: [cert-manager.io], nodes: false }',
  'websockets: { ports: [80, "443"], interval: 1.5s }',
  'otlp: { endpoint: "http://tempo:4318", headers: { a: b, c: 3 } }',
  'outbox: { path: off, maxBytes: 2GiB }',
  'outbox: { maxBytes: 2000000 }',
  'service: { attributes: { team: infra, zone: 3, test: true } }',
  'policies: [{ match: { name: "*" }, ignore: true }]',
  'policies: [{ match: { namespace: "kube-*", labels: { app: 1, x/y: "" } }, expect: held, grace: 30s }]',
  'policies: [{ match: { node: edge-? }, grace: 2m }]',
];

for (const yaml of good) {
  test(`an editor takes what is a configuration: ${yaml}`, () => {
    assert.ok(configSchema.safeParse(parse(yaml)).success);
    assert.deepEqual(editor.safeParse(parse(yaml)).error?.issues ?? [], []);
  });
}

const bad: readonly string[] = [
  'mode: daemon',
  'listne: ":0"',
  'listen: 9465',
  'kubernetes: { namespaces: Shop }',
  'kubernetes: { nodes: "yes" }',
  'websockets: { interval: 10 }',
  'policies: [{ ignore: true }]',
  'policies: [{ match: { nmae: till } }]',
  'policies: [{ match: { name: ^till } }]',
  'policies: [{ match: { name: till }, expect: helt }]',
  'policies: [{ match: { name: till }, severity: page }]',
];

for (const yaml of bad) {
  test(`an editor underlines what is none: ${yaml}`, () => {
    assert.ok(!configSchema.safeParse(parse(yaml)).success);
    assert.ok(!editor.safeParse(parse(yaml)).success);
  });
}

test('an editor can explain every key', () => {
  const silent = keysWithoutDescription(JSON.parse(configJsonSchema()), '');
  assert.deepEqual(silent, []);
});

const section = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  description: z.string().optional(),
});

function keysWithoutDescription(schema: unknown, path: string): string[] {
  const { properties, items, description } = section.parse(schema);
  const own = path === '' || properties !== undefined || description !== undefined ? [] : [path];
  // The items of a list are told by the list, unless they are sections.
  const inner = items === undefined ? [] : keysWithoutDescription(items, '');
  const keys = Object.entries(properties ?? {});
  return [
    ...own,
    ...inner,
    ...keys.flatMap(([key, value]) => keysWithoutDescription(value, `${path}.${key}`)),
  ];
}
