import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { buildProgram } from '../../scripts/build-program.ts';
import { notices, shippedPackages } from '../../scripts/shipped.ts';
import { startProgram, until } from './child-program.ts';
import { simulatedCluster } from './cluster.ts';

/** All that ships, without Node itself. */
const mostBytes = 10_000_000;
const readyWithinMs = 1000;

/** The bundle alone in a folder: what it does not have in it, it cannot find. */
async function bundled(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-bundle-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const made = await buildProgram(folder);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return { folder, made, program: join(folder, 'leasewatch.js') };
}

test('the bundle has the kubeconfig of client-node in it, but none of its typed clients', async (t) => {
  const { folder, made } = await bundled(t);
  const sizes = readdirSync(folder).map((file) => statSync(join(folder, file)).size);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  t.diagnostic(`${(bytes / 1e6).toFixed(1)} MB`);
  assert.ok(bytes < mostBytes, `${bytes} bytes`);
  const put = Object.values(made.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  assert.ok(put.includes('node_modules/@kubernetes/client-node/dist/config.js'));
  assert.deepEqual(
    put.filter((path) => /client-node\/dist\/gen\/(apis|models|types)\//.test(path)),
    [],
  );
});

test('the bundle tells the licence of every package that it holds', async (t) => {
  const { made } = await bundled(t);
  const packages = shippedPackages(made);
  const text = notices(packages);
  for (const { name, version } of packages) assert.ok(text.includes(`## ${name} ${version} (`), name);
  const names = packages.map(({ name }) => name);
  assert.ok(['@kubernetes/client-node', 'undici', 'winston', 'zod'].every((name) => names.includes(name)));
  assert.ok(!names.includes('esbuild'), 'tools do not ship');
  assert.deepEqual(
    packages.filter(({ license }) => !/\b(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD)\b/.test(license)),
    [],
    'licences that ask for no more than their text',
  );
});

test('the bundle alone watches a cluster through a kubeconfig, under an empty environment', async (t) => {
  const [{ folder, program }, cluster] = await Promise.all([bundled(t), simulatedCluster()]);
  t.after(() => cluster.close());
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  const outbox = join(folder, 'outbox.db');
  const child = startProgram({
    program,
    args: ['run', '--kubeconfig', kubeconfig, '--listen', '127.0.0.1:0', '--outbox', outbox],
  });
  t.after(() => child.process.kill('SIGKILL'));
  const url = await child.url();
  await until('every source has been read', async () => (await fetch(`${url}/readyz`)).ok);
  assert.match(await (await fetch(`${url}/metrics`)).text(), /^leasewatch_source_up\{source="leases"\} 1$/m);
  child.process.kill('SIGTERM');
  assert.equal(await child.ended, 0, child.stderr());
});

test('the bundle is ready on the demo cluster within a second of processor time', async (t) => {
  const { program } = await bundled(t);
  const tries: number[] = [];
  // A machine with much else to do costs processor time, too: the best of three is the program's own.
  while (tries.length < 3 && !tries.some((ms) => ms < readyWithinMs))
    tries.push(await timeToReady(t, program));
  assert.ok(Math.min(...tries) < readyWithinMs, `${tries.join(', ')} ms`);
});

/** Processor time from the start of the demo until it is ready, in milliseconds. */
async function timeToReady(t: TestContext, program: string): Promise<number> {
  const start = performance.now();
  const child = startProgram({ program, args: ['demo', '--chaos', 'off', '--listen', '127.0.0.1:0'] });
  t.after(() => child.process.kill('SIGKILL'));
  const url = await child.url();
  await until('ready', async () => (await fetch(`${url}/readyz`)).ok, 40_000, 20);
  const wallMs = performance.now() - start;
  const cpuMs = processorMs(child.process.pid);
  t.diagnostic(`ready after ${wallMs.toFixed(0)} ms, ${cpuMs.toFixed(0)} ms of them on a processor`);
  child.process.kill('SIGTERM');
  assert.equal(await child.ended, 0, child.stderr());
  return cpuMs;
}

/** Of all its threads since it began, in hundredths of a second as Linux tells it. */
function processorMs(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
