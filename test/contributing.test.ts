import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parsePage } from './markdown.ts';

const root = join(import.meta.dirname, '..');
const { fences } = parsePage('CONTRIBUTING.md', readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8'));

/** A diff as the page shows it: the line before, and what is new behind it. Line numbers would be stale tomorrow. */
function applied(text: string, diff: string): string {
  return diff
    .split(/^@@ /m)
    .slice(1)
    .reduce((before, hunk) => {
      const [anchor = '', ...added] = hunk.trimEnd().split('\n');
      assert.equal(before.split(`${anchor}\n`).length, 2, `once in the file: ${anchor}`);
      const lines = added.map((line) => line.replace(/^\+/, '')).join('\n');
      return before.replace(`${anchor}\n`, () => `${anchor}\n${lines}\n`);
    }, text);
}

test('who follows the steps for a new source has one that compiles, is tested, and keeps the rules', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-newcomer-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const part of ['exporter', 'instrument', 'simulator', 'test', 'package.json', 'tsconfig.json']) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));

  const files = fences.filter(({ language }) => language === 'ts');
  assert.equal(files.length, 2);
  for (const { text } of files) {
    const [, name] = /^\/\/ (\S+)\n/.exec(text) ?? [];
    assert.ok(name !== undefined, text);
    writeFileSync(join(folder, name), text);
  }
  const [diff] = fences.filter(({ language }) => language === 'diff');
  const [, changed] = /^\+\+\+ b\/(\S+)$/m.exec(diff?.text ?? '') ?? [];
  assert.ok(diff !== undefined && changed !== undefined);
  writeFileSync(join(folder, changed), applied(readFileSync(join(folder, changed), 'utf8'), diff.text));

  const config = {
    extends: './tsconfig.json',
    files: ['exporter/main.ts', 'exporter/sources/count-file.test.ts'],
    include: [],
  };
  writeFileSync(join(folder, 'tsconfig.newcomer.json'), JSON.stringify(config));
  const bin = join(root, 'node_modules/.bin');
  const run = (command: string, ...args: string[]) => {
    // Node tells a runner within a runner by this variable, and would run nothing.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const ran = spawnSync(join(bin, command), args, { cwd: folder, encoding: 'utf8', env });
    assert.equal(ran.status, 0, ran.stdout + ran.stderr);
    return ran.stdout;
  };
  run('tsc', '-p', 'tsconfig.newcomer.json');
  const told = run('node', '--test', 'exporter/sources/count-file.test.ts', 'test/architecture.test.ts');
  assert.match(told, /a file that is not there is no count/);
});
