import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadConfig } from './config.ts';
import { describeProblem } from './config-problems.ts';

function problems(t: TestContext, yaml: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-version-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'leasewatch.yaml');
  writeFileSync(file, yaml);
  const loaded = loadConfig({ flags: {}, env: {}, file });
  return loaded.kind === 'ok' ? [] : loaded.problems.map(describeProblem);
}

test('config: the version may be left out, and is 1 today', (t) => {
  assert.deepEqual(problems(t, 'site: here'), []);
  assert.deepEqual(problems(t, 'version: 1\nsite: here'), []);
});

test('config: a file for a newer leasewatch is told as that alone, whatever else is in it', (t) => {
  const told = ['version: is for a newer leasewatch: this one knows files up to version 1, not 2'];
  assert.deepEqual(problems(t, 'version: 2\nsatellites: [moon]\nlisten: 7'), told);
});

test('config: what is no version is refused like any wrong value', (t) => {
  for (const version of ['0', '-1', '1.5', '"1"', 'one', '[1]'])
    assert.match(
      problems(t, `version: ${version}`).join(),
      /^version: (must be 1, or left out|is for a newer)/,
    );
});
