import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { ApiException, CoordinationV1Api, CoreV1Api, KubeConfig, V1MicroTime } from '@kubernetes/client-node';
import { systemClock } from '../../exporter/clock.ts';
import { createApiServer } from '../../simulator/apiserver/api.ts';
import { listen } from '../../simulator/apiserver/http.ts';

const namespace = 'default';
const run = promisify(execFile);

/** The simulated server on a port, for as long as `use` takes. */
async function serving(use: (url: string) => Promise<void>): Promise<void> {
  const server = await listen(createApiServer({ clock: systemClock() }));
  try {
    await use(server.url);
  } finally {
    await server.close();
  }
}

test("client-node's typed client reads and writes the simulated server", async () => {
  await serving(async (url) => {
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: 'simulated', server: url, skipTLSVerify: true },
      { name: 'nobody' },
    );
    const api = config.makeApiClient(CoordinationV1Api);
    const renewTime = new V1MicroTime('2026-01-01T00:00:00.123Z');
    const spec = { holderIdentity: 'client-node', leaseDurationSeconds: 15, renewTime };
    const created = await api.createNamespacedLease({ namespace, body: { metadata: { name: 'a' }, spec } });
    // The client types it as a V1MicroTime but hands over the text that came.
    assert.equal(JSON.stringify(created.spec?.renewTime), '"2026-01-01T00:00:00.123000Z"');
    const list = await api.listLeaseForAllNamespaces();
    assert.deepEqual(
      list.items.map((lease) => [lease.metadata?.name, lease.spec?.holderIdentity]),
      [['a', 'client-node']],
    );
    const replaced = await api.replaceNamespacedLease({ name: 'a', namespace, body: created });
    assert.equal(replaced.metadata?.uid, created.metadata?.uid);
    await api.deleteNamespacedLease({ name: 'a', namespace });
    await assert.rejects(
      api.readNamespacedLease({ name: 'a', namespace }),
      (error) => error instanceof ApiException && error.code === 404,
    );
    const namespaces = await config.makeApiClient(CoreV1Api).listNamespace();
    assert.equal(namespaces.items.length, 3);
  });
});

test('kubectl reads and writes the simulated server', async (t) => {
  const absent = await run('kubectl', ['version', '--client']).then(
    () => undefined,
    () => 'skipped: kubectl is not on the PATH',
  );
  if (absent !== undefined) return t.skip(absent);
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-kubectl-'));
  t.after(() => rmSync(folder, { recursive: true }));
  await serving(async (url) => {
    const kubeconfig = join(folder, 'config');
    writeFileSync(kubeconfig, configFor(url));
    const env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: kubeconfig };
    const kubectl = async (...args: readonly string[]) => (await run('kubectl', [...args], { env })).stdout;
    const manifest = join(folder, 'lease.yaml');
    writeFileSync(manifest, lease);
    assert.match(
      await kubectl('create', '--validate=false', '-f', manifest),
      /lease.coordination.k8s.io\/a created/,
    );
    assert.match(await kubectl('get', 'leases', '-A'), /^default\s+a\b/m);
    const holder = ['-o', 'jsonpath={.spec.holderIdentity}'];
    assert.equal(await kubectl('get', 'lease', 'a', ...holder), 'kubectl');
    await kubectl('patch', 'lease', 'a', '--type=merge', '-p', '{"spec":{"holderIdentity":"other"}}');
    assert.equal(await kubectl('get', 'lease', 'a', ...holder), 'other');
    await kubectl('annotate', 'lease', 'a', 'note=yes');
    assert.match(await kubectl('delete', 'lease', 'a'), /deleted/);
    assert.match(await kubectl('get', 'namespaces'), /kube-node-lease/);
    await assert.rejects(kubectl('get', 'lease', 'a'), /leases.coordination.k8s.io "a" not found/);
  });
});

const lease = `apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: { name: a }
spec: { holderIdentity: kubectl, leaseDurationSeconds: 15, renewTime: "2026-01-01T00:00:00.123456Z" }
`;

function configFor(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'simulated', cluster: { server } }],
    users: [{ name: 'nobody', user: {} }],
    contexts: [{ name: 'simulated', context: { cluster: 'simulated', user: 'nobody' } }],
    'current-context': 'simulated',
  });
}
