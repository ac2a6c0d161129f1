import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { z } from 'zod';
import type { ClosableTransport } from '../exporter/kube/undici.ts';
import { type RealServer, startRealServer } from '../test/conformance/real-server.ts';
import { startProgram, until } from '../test/e2e/child-program.ts';
import { MisbehavingReceiver } from '../test/misbehaving-receiver.ts';
import { apply, send } from './kube-client.ts';
import { type Manifest, manifestsIn } from './manifest.ts';
import { namespace } from './renderings.ts';

const root = join(import.meta.dirname, '..');
const assets = process.env.KUBEBUILDER_ASSETS ?? '';
const skip = assets === '' && 'skipped: KUBEBUILDER_ASSETS names no folder with kube-apiserver and etcd';

const folder = mkdtempSync(join(tmpdir(), 'leasewatch-access-'));
const auditLog = join(folder, 'audit.log');
let server: RealServer;
let admin: ClosableTransport;

before(async () => {
  if (skip !== false) return;
  const policy = join(folder, 'audit.yaml');
  writeFileSync(
    policy,
    'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{ level: Metadata }]\n',
  );
  server = await startRealServer(assets, [
    `--audit-policy-file=${policy}`,
    `--audit-log-path=${auditLog}`,
    '--audit-log-mode=blocking-strict',
    '--feature-gates=CoordinatedLeaderElection=true',
    '--runtime-config=coordination.k8s.io/v1beta1=true',
  ]);
  admin = server.transport();
  for (const object of surroundings()) await applied(object);
});

after(async () => {
  await admin?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function applied(manifest: Manifest): Promise<void> {
  const { status, body } = await apply(admin, manifest);
  assert.ok(status < 300, `${manifest.kind} ${manifest.metadata.name}: ${body}`);
}

/** Some leases: of a node, of a Pod that is there, and of one whose Pod is gone. */
function surroundings(): readonly Manifest[] {
  const spaces = [namespace, 'kube-system', 'kube-node-lease', 'shop', 'till'];
  const renewTime = new Date().toISOString().replace('Z', '000Z');
  const lease = (place: string, name: string, holderIdentity: string): Manifest => ({
    ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: place } },
    spec: { holderIdentity, leaseDurationSeconds: 3, leaseTransitions: 1, acquireTime: renewTime, renewTime },
  });
  const containers = [{ name: 'till', image: 'till' }];
  return [
    ...spaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } },
    {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'till-0', namespace: 'shop' } },
      spec: { nodeName: 'node-1', containers },
    },
    lease('kube-node-lease', 'node-1', 'node-1'),
    lease('shop', 'till', 'till-0_5f1c3a52-3f4c-4a6e-8f0b-0d1a2b3c4d5e'),
    lease('shop', 'stock', 'gone-0_5f1c3a52-3f4c-4a6e-8f0b-0d1a2b3c4d5f'),
    lease(namespace, 'chat', 'chat-0'),
  ];
}

const configMap = z.object({
  kind: z.literal('ConfigMap'),
  data: z.object({ 'leasewatch.yaml': z.string() }),
});
const subject = z.object({ subjects: z.array(z.object({ name: z.string() })) });
const issued = z.object({ status: z.object({ token: z.string() }) });

/** What a Pod of the chart has: a kubeconfig with the token of its ServiceAccount, and its configuration. */
async function podOf(path: string) {
  const manifests = manifestsIn(readFileSync(join(root, path), 'utf8'));
  const kinds = /^(ServiceAccount|(Cluster)?Role(Binding)?)$/;
  for (const manifest of manifests.filter(({ kind }) => kinds.test(kind))) await applied(manifest);
  const account = manifests.flatMap((each) => subject.safeParse(each).data?.subjects ?? [])[0]?.name ?? '';
  const answer = await send(
    ...([admin, 'POST', `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`] as const),
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } },
  );
  const { token } = issued.parse(JSON.parse(answer.body)).status;
  const map = manifests.flatMap((each) => configMap.safeParse(each).data ?? [])[0];
  const config = join(folder, 'leasewatch.yaml');
  writeFileSync(config, map?.data['leasewatch.yaml'] ?? '');
  return { user: `system:serviceaccount:${namespace}:${account}`, config, kubeconfig: kubeconfigWith(token) };
}

function kubeconfigWith(token: string): string {
  const authority = Buffer.from(server.certificate).toString('base64');
  const file = join(folder, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'a', cluster: { server: server.url, 'certificate-authority-data': authority } }],
    users: [{ name: 'a', user: { token } }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    'current-context': 'a',
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

const auditSchema = z.object({
  verb: z.string(),
  user: z.object({ username: z.string() }),
  objectRef: z.object({ resource: z.string() }).optional(),
  responseStatus: z.object({ code: z.number() }).optional(),
});

const auditedBytes = (): number => statSync(auditLog).size;

/** What a user has asked of the API server since then, as `verb resource`, and what of it was forbidden. */
function askedBy(user: string, since: number) {
  const events = readFileSync(auditLog)
    .subarray(since)
    .toString()
    .split('\n')
    .filter((line) => line.includes(`"username":"${user}"`))
    .map((line) => auditSchema.parse(JSON.parse(line)))
    // Which versions of an API there are, everybody may ask.
    .filter(({ objectRef }) => objectRef !== undefined);
  const told = (event: z.infer<typeof auditSchema>) => `${event.verb} ${event.objectRef?.resource}`;
  const forbidden = events.filter(({ responseStatus }) => responseStatus?.code === 403);
  return { all: [...new Set(events.map(told))].sort(), forbidden: forbidden.map(told) };
}

/** A server that streams what is there is not asked for a list; others are. */
const streamed = /^list (leases|nodes|leasecandidates)$/;

/** Starts leasewatch as a Pod of this rendering would be, and waits until it has asked all that it needs to know. */
async function runsWith(t: TestContext, path: string, asked: readonly string[]): Promise<void> {
  const receiver = await MisbehavingReceiver.start();
  t.after(() => receiver.stop());
  const { user, config, kubeconfig } = await podOf(path);
  const since = auditedBytes();
  const outbox = join(mkdtempSync(join(folder, 'outbox-')), 'outbox.db');
  const program = startProgram({
    args: [
      ...['run', '--config', config, '--kubeconfig', kubeconfig, '--listen', '127.0.0.1:0'],
      ...['--outbox', outbox, '--loki-url', receiver.url, '--otlp-endpoint', receiver.url],
    ],
    env: { POD_NAMESPACE: namespace, POD_NAME: 'leasewatch-0', NODE_NAME: 'node-1' },
  });
  t.after(() => program.process.kill('SIGKILL'));
  const url = await program.url();
  await until('every source has been read', async () => (await fetch(`${url}/readyz`)).ok);
  await until(`it has asked for ${asked.join(', ')}`, () =>
    asked.every((each) => streamed.test(each) || askedBy(user, since).all.includes(each)),
  );
  const forbidden = (await (await fetch(`${url}/metrics`)).text()).match(
    /^leasewatch_source_forbidden\{.*\} 1$/gm,
  );
  program.process.kill('SIGTERM');
  assert.equal(await program.ended, 0, program.stderr());
  assert.deepEqual(forbidden, null);
  const { all, forbidden: refused } = askedBy(user, since);
  assert.deepEqual({ more: all.filter((each) => !asked.includes(each)), refused }, { more: [], refused: [] });
}

test('access: two replicas of mode cluster may do what they do, and ask for nothing else', { skip }, (t) =>
  runsWith(t, 'deploy/manifests/cluster.yaml', [
    ...['list leases', 'watch leases', 'get leases', 'create leases', 'update leases'],
    ...[
      'list leasecandidates',
      'watch leasecandidates',
      'list nodes',
      'watch nodes',
      'get pods',
      'list pods',
      'get namespaces',
    ],
  ]),
);

test('access: a DaemonSet may do what it does, and asks for nothing else', { skip }, (t) =>
  runsWith(t, 'deploy/manifests/node.yaml', [
    ...['list leases', 'watch leases', 'list nodes', 'watch nodes', 'list pods', 'get namespaces'],
  ]),
);

test('access: a sidecar may do what it does, and asks for nothing else', { skip }, (t) =>
  runsWith(t, 'deploy/manifests/sidecar.yaml', ['list leases', 'watch leases', 'get namespaces']),
);
