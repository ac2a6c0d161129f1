import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';

const root = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const { dependencies, devDependencies } = z
  .object({
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(read('package.json')));

/** The rows of a section's table: what it names first, and all of it. */
function rows(section: string): ReadonlyMap<string, string> {
  const [, text = ''] = new RegExp(`^## ${section}\n(.*?)(?=^## |(?![^]))`, 'ms').exec(page) ?? [];
  return new Map(
    [...text.matchAll(/^\| `([^`]+)` \|(.*)$/gm)].map(([, name = '', rest = '']) => [name, rest]),
  );
}

const page = read('docs/dependencies.md');

test('dependencies: each that ships, and each tool, has its reason written down, and none else is', () => {
  assert.deepEqual([...rows('What ships').keys()].sort(), Object.keys(dependencies).sort());
  assert.deepEqual([...rows('Tools').keys()].sort(), Object.keys(devDependencies).sort());
  for (const [name, reason] of [...rows('What ships'), ...rows('Tools')])
    assert.ok(reason.replaceAll('|', '').trim().length > 20, `${name} has no reason`);
});

test('dependencies: every version is exact, so that what is tested is what ships', () => {
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
    assert.match(version, /^\d+\.\d+\.\d+$/, name);
});

test('dependencies: the lock file has a checksum for each package', () => {
  const lock = z
    .object({ packages: z.record(z.string(), z.looseObject({ integrity: z.string().optional() })) })
    .parse(JSON.parse(read('package-lock.json')));
  const without = Object.entries(lock.packages).filter(
    ([path, { integrity }]) => path !== '' && integrity === undefined,
  );
  assert.deepEqual(
    without.map(([path]) => path),
    [],
  );
});
