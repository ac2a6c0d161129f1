import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { loadConfig } from '../exporter/config.ts';
import { configSchema } from '../exporter/config-schema.ts';
import { defaultsInLists, defaultValues, defaultWords } from '../scripts/configuration-defaults.ts';
import { exampleConfiguration } from '../scripts/configuration-example.ts';
import { configKeys } from '../scripts/configuration-page.ts';

function load(t: TestContext, text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-configuration-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'leasewatch.yaml');
  writeFileSync(file, text);
  const loaded = loadConfig({ flags: {}, env: {}, file });
  assert.deepEqual(loaded.kind === 'invalid' ? loaded.problems : [], []);
  return loaded.kind === 'ok' ? loaded.config : undefined;
}

/** A value at a place such as `a.b`, in objects that are made on the way. */
function put(into: Record<string, unknown>, path: string, value: unknown): void {
  const [first = '', ...rest] = path.split('.');
  if (rest.length === 0) {
    into[first] = value;
    return;
  }
  const below: Record<string, unknown> = { ...(typeof into[first] === 'object' ? into[first] : {}) };
  into[first] = below;
  put(below, rest.join('.'), value);
}

test('the defaults that docs/configuration.md tells are those that are in effect', (t) => {
  const written: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(defaultValues)) put(written, path, value);
  assert.deepEqual(load(t, stringify(written)), load(t, '{}'));
});

test('so are those of the entries of lists', (t) => {
  const bare = {
    websockets: {
      probes: [{ name: 'a', url: 'ws://x' }],
      endpoints: [{ name: 'b', url: 'http://x', connections: 'c' }],
    },
    policies: [{ match: { name: 'x' }, expect: 'held' }],
  };
  const entries: Readonly<Record<string, Record<string, unknown> | undefined>> = {
    'websockets.probes': { ...bare.websockets.probes[0] },
    'websockets.endpoints': { ...bare.websockets.endpoints[0] },
    policies: { ...bare.policies[0] },
  };
  for (const [path, value] of Object.entries(defaultsInLists)) {
    const [list = '', key = ''] = path.split('[].');
    // What is left over is judged by the age that a policy says or by a day; a policy that says a day is another one.
    if (key === 'leftoverAfter') continue;
    const entry = entries[list];
    assert.ok(entry !== undefined, path);
    entry[key] = value;
  }
  const full: Record<string, unknown> = {};
  for (const [list, entry] of Object.entries(entries)) put(full, list, [entry]);
  assert.deepEqual(load(t, stringify(full)), load(t, stringify(bare)));
});

test('every default is one of a key that there is, and every key has a meaning', () => {
  const keys = configKeys();
  const paths = new Set(keys.map(({ path }) => path));
  const named = [defaultValues, defaultsInLists, defaultWords].flatMap((each) => Object.keys(each));
  assert.deepEqual(
    named.filter((path) => !paths.has(path)),
    [],
  );
  assert.deepEqual(
    keys.filter(({ type, meaning }) => type !== 'section' && meaning === ''),
    [],
  );
});

test('the example is accepted, and has every section that a file is likely to need', (t) => {
  load(t, exampleConfiguration);
  const internal = ['pod', 'service', 'record'];
  for (const key of Object.keys(configSchema.shape).filter((name) => !internal.includes(name))) {
    assert.match(exampleConfiguration, new RegExp(`^${key}:`, 'm'));
  }
});
