/**
 * Runs the tests with `node --test`. `node test/run.ts unit` leaves out those
 * under test/; other options, such as `--test-name-pattern=RETRY`, go on to node. Its last lines are the
 * summary of node's own runner, and its exit code is the runner's.
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism, constants } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const perTestMs = 60_000;
/** A test that leaves a handle open would keep the runner alive for ever; this ends it as a failure. */
const wholeRunMs = 10 * 60_000;

const [first, ...others] = process.argv.slice(2);
const unit = first === 'unit';
const options = unit || first === undefined ? others : [first, ...others];
const folders = unit
  ? ['exporter', 'instrument', 'simulator']
  : ['exporter', 'instrument', 'simulator', 'alerts', 'dashboards', 'compose', 'deploy', 'test'];
const files = globSync(
  folders.map((folder) => `${folder}/**/*.test.ts`),
  { cwd: root },
).sort();

if (files.length === 0) {
  console.error(`tests: no *.test.ts under ${folders.join(', ')}`);
  process.exit(1);
}

/** The runner itself leaves one processor idle, which on a machine with two is half of them. */
const abreast = `--test-concurrency=${availableParallelism()}`;
const runner = spawn(
  process.execPath,
  ['--test', `--test-timeout=${perTestMs}`, abreast, ...options, ...files],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
const limit = setTimeout(() => {
  console.error(`tests: not finished after ${wholeRunMs / 60_000} minutes, ended; is a handle left open?`);
  runner.kill('SIGKILL');
}, wholeRunMs);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => runner.kill(signal));

runner.on('exit', (code, signal) => {
  clearTimeout(limit);
  process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
});
