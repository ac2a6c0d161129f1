import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ChildProgram, startProgram, until } from './child-program.ts';

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-commands-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function start(t: TestContext, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const program = startProgram({ args, env });
  t.after(() => program.process.kill('SIGKILL'));
  return program;
}

/** The faults that a demo told, without their times: the wall clock cannot repeat those to the millisecond. */
function faultsOf(demo: ChildProgram): string[] {
  return [...demo.stdout().matchAll(/FAULT\s+(.*)/g)].map(([, fault]) => fault ?? '');
}

test('two demos run side by side, tell the same faults by one seed, and leave nothing behind', async (t) => {
  const folder = temporaryFolder(t);
  const args = ['demo', '--for', '18s', '--chaos', '4', '--listen', '127.0.0.1:0'];
  const demos = [1, 2].map(() => start(t, args, { TMPDIR: folder }));
  for (const demo of demos) {
    const url = await demo.url();
    const exemplar = /leasewatch_election_gap_duration_seconds_bucket.*# \{trace_id="[0-9a-f]{32}"\}/;
    await until('a round has closed, with its exemplar', async () => {
      const response = await fetch(`${url}/metrics`, { headers: { accept: 'application/openmetrics-text' } });
      return exemplar.test(await response.text());
    });
  }
  for (const demo of demos) {
    assert.equal(await demo.ended, 0, demo.stderr());
    assert.match(
      demo.stdout(),
      /ROUND .*round closed, elected: .* gap \d+\.\d s, leaderless \d+\.\d s(, predecessor .*)?\n/,
    );
    assert.match(demo.stdout(), /\d+ WebSocket connections/);
    assert.doesNotMatch(demo.stdout(), /renewed late/, 'nothing here is late unless it is made to be');
    assert.match(demo.stdout(), /\n[1-9]\d* election rounds closed, \d+ open\.\n$/);
  }
  // The end may fall just before a fault of the one and just after that of the other.
  const told = demos.map(faultsOf);
  const common = Math.min(...told.map((faults) => faults.length));
  assert.ok(common >= 2);
  const [first, second] = told.map((faults) => faults.slice(0, common));
  assert.deepEqual(first, second);
  assert.deepEqual(readdirSync(folder), []);
});

test('a demo ends at a signal as it does by itself', async (t) => {
  const folder = temporaryFolder(t);
  const demo = start(t, ['demo', '--listen', '127.0.0.1:0'], { TMPDIR: folder });
  await demo.url();
  demo.process.kill('SIGINT');
  assert.equal(await demo.ended, 0);
  assert.deepEqual(readdirSync(folder), []);
});

test('a port in use is told with what to do about it', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const address = other.address();
  assert.ok(typeof address === 'object' && address !== null);
  const demo = start(t, ['demo', '--for', '5m', '--listen', `127.0.0.1:${address.port}`], {
    TMPDIR: temporaryFolder(t),
  });
  assert.equal(await demo.ended, 2);
  assert.equal(
    demo.stderr(),
    `leasewatch: server: cannot listen on 127.0.0.1:${address.port}: another program does. ` +
      'Stop it, or choose another port with --listen HOST:PORT (port 0 takes a free one)\n',
  );
});

test('a broken configuration: every error at once, nothing is started', async (t) => {
  const file = join(temporaryFolder(t), 'leasewatch.yaml');
  writeFileSync(file, 'mode: moon\nlisten: 99\nwebsockets: { ports: [70000] }\nloki: { url: "ftp://x" }\n');
  for (const command of ['run', 'check', 'demo']) {
    const program = start(t, [command, '--config', file], { KUBECONFIG: '/nowhere' });
    assert.equal(await program.ended, 2);
    assert.equal(program.stdout(), '');
    assert.equal(program.stderr().trim().split('\n').length, 4, program.stderr());
    for (const [path, value] of [
      ['mode', 'moon'],
      ['listen', '99'],
      ['websockets.ports', '70000'],
      ['loki.url', 'ftp://x'],
    ] as const) {
      assert.match(program.stderr(), new RegExp(`^leasewatch: .*${path}.*${value}`, 'm'));
    }
  }
});

test('check prints what is in effect, and hides what may be a credential', async (t) => {
  const file = join(temporaryFolder(t), 'leasewatch.yaml');
  writeFileSync(
    file,
    'otlp: { endpoint: "http://tempo:4318", headers: { authorization: "Bearer secret" } }\n',
  );
  const check = start(t, ['check', '--config', file, '--site', 'paris']);
  assert.equal(await check.ended, 0);
  assert.match(check.stdout(), /^site: paris$/m);
  assert.match(check.stdout(), /tempo:4318\/v1\/traces/);
  assert.doesNotMatch(check.stdout(), /secret/);
});

test('an API server that does not answer: one clear line, source_up 0, and the metrics stay up', async (t) => {
  const folder = temporaryFolder(t);
  const kubeconfig = join(folder, 'kubeconfig');
  const cluster = { name: 'gone', cluster: { server: 'http://127.0.0.1:1' } };
  const context = { name: 'gone', context: { cluster: 'gone', user: 'nobody' } };
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      clusters: [cluster],
      users: [{ name: 'nobody', user: {} }],
      contexts: [context],
      'current-context': 'gone',
    }),
  );
  const program = start(t, ['run', '--kubeconfig', kubeconfig, '--listen', '127.0.0.1:0'], { HOME: folder });
  const url = await program.url();
  await until('it says so', () => /source leases: down, .*connection refused/.test(program.stderr()));
  const metrics = await (await fetch(`${url}/metrics`)).text();
  assert.match(metrics, /^leasewatch_source_up\{source="leases"\} 0$/m);
  assert.equal((await fetch(`${url}/readyz`)).status, 503);
  assert.equal(program.stderr().match(/source leases: down/g)?.length, 1);
  program.process.kill('SIGTERM');
  assert.equal(await program.ended, 0);
});

test('run without any cluster says where it looked', async (t) => {
  const run = start(t, ['run', '--listen', '127.0.0.1:0'], { HOME: temporaryFolder(t) });
  assert.equal(await run.ended, 2);
  assert.match(run.stderr(), /^leasewatch: cannot find a cluster: KUBECONFIG is not set, .*\n$/);
});
