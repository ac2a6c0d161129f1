import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { loadConfig } from '../exporter/config.ts';
import { configSchema } from '../exporter/config-schema.ts';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const scripts = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).scripts;

function configuration(): string {
  const [, yaml] = /```yaml\n(# leasewatch\.yaml\n.*?)```/s.exec(readme) ?? [];
  assert.ok(yaml !== undefined, 'the README has a leasewatch.yaml');
  return yaml;
}

test('README: its configuration is accepted', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-readme-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'leasewatch.yaml');
  writeFileSync(file, configuration());
  const loaded = loadConfig({ flags: {}, env: {}, file });
  assert.deepEqual(loaded.kind === 'invalid' ? loaded.problems : [], []);
});

test('README: its configuration has every section that a file is likely to need', () => {
  const internal = ['pod', 'service', 'record'];
  for (const key of Object.keys(configSchema.shape).filter((name) => !internal.includes(name))) {
    assert.match(configuration(), new RegExp(`^${key}:`, 'm'));
  }
});

test('README: every npm script that it names is there', () => {
  const named = [...readme.matchAll(/npm (?:run )?([a-z]+)/g)].map((match) => match[1] ?? '');
  for (const name of new Set(named.filter((word) => word !== 'ci'))) {
    assert.ok(Object.hasOwn(scripts, name), `npm script ${name}`);
  }
});

test('README: the files that it links to are there', () => {
  for (const [, file] of readme.matchAll(/\]\((?!http)([^)]+)\)/g)) {
    assert.doesNotThrow(() => readFileSync(join(root, file ?? '')), file);
  }
});
