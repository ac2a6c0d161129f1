import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { startProgram, until } from './child-program.ts';

const linux = process.platform === 'linux' ? {} : { skip: 'only there a process can become another' };

/** What a sidecar was started with in the end, when it serves. */
async function started(t: TestContext, env: Readonly<Record<string, string>>) {
  const args = ['run', '--mode', 'sidecar', '--ports', '1', '--listen', '127.0.0.1:0', '--outbox', 'off'];
  const child = startProgram({ args, env });
  t.after(() => child.process.kill('SIGKILL'));
  await child.url();
  const told = (file: string) => readFileSync(`/proc/${child.process.pid}/${file}`, 'utf8').split('\0');
  return { child, words: told('cmdline'), environment: told('environ') };
}

test('a sidecar is the same process as was started, with options that keep it small', linux, async (t) => {
  const { child, words, environment } = await started(t, { NODE_OPTIONS: '--max-old-space-size=100' });
  const own = words.slice(1, words.indexOf('run'));
  assert.deepEqual(own.slice(0, -1), ['--max-semi-space-size=1', '--liftoff-only', '--no-opt']);
  assert.match(own.at(-1) ?? '', /main\.ts$/);
  assert.ok(environment.includes('MALLOC_ARENA_MAX=1'));
  assert.ok(environment.includes('NODE_OPTIONS=--max-old-space-size=100'));
  child.process.kill('SIGTERM');
  assert.equal(await child.ended, 0);
  assert.doesNotMatch(child.stdout() + child.stderr(), /warning/i);
});

test('what a person told the C library counts more', linux, async (t) => {
  const { environment } = await started(t, { MALLOC_ARENA_MAX: '3' });
  assert.ok(environment.includes('MALLOC_ARENA_MAX=3'));
  assert.ok(!environment.includes('MALLOC_ARENA_MAX=1'));
});

test('a sidecar that finds its configuration wrong ends as ever', async () => {
  const child = startProgram({ args: ['run', '--mode', 'sidecar'] });
  await until('it has ended', () => child.process.exitCode !== null);
  assert.equal(await child.ended, 2);
  assert.match(child.stderr(), /sidecar has nothing to watch/);
});
