import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../random.ts';
import { type VirtualClock, virtualClock } from '../scheduler.ts';
import { type TestServer, testServer } from './fixture.ts';
import { Kubelet } from './kubelet.ts';
import { NodeController } from './node-controller.ts';
import { type NodeObject, parseNode, readyOf } from './node-object.ts';

interface Site {
  readonly clock: VirtualClock;
  readonly server: TestServer;
  readonly kubelet: Kubelet;
  readonly controller: NodeController;
  readonly notReady: string[];
}

async function site(): Promise<Site> {
  const clock = virtualClock();
  const server = testServer(clock);
  const { transport } = server;
  const notReady: string[] = [];
  const kubelet = new Kubelet({ transport, clock, random: seededRandom(1), name: 'n1' });
  const controller = new NodeController({ transport, clock, onNotReady: (node) => notReady.push(node) });
  kubelet.start();
  controller.start();
  await clock.advance(60_000);
  return { clock, server, kubelet, controller, notReady };
}

function node(on: Site): NodeObject {
  const found = parseNode(on.server.objects.get('/api/v1/nodes/n1'));
  assert.ok(found !== undefined);
  return found;
}

test('a node lease has its holder, duration and owner, and neither acquireTime nor transitions', async () => {
  const on = await site();
  const spec = await on.server.spec('kube-node-lease', 'n1');
  const age = on.clock.now().wall / 1000 - Date.parse(spec?.renewTime ?? '');
  assert.ok(age <= 10_400, `renewed ${age} ms ago`);
  assert.deepEqual(
    { ...spec, renewTime: '' },
    { holderIdentity: 'n1', leaseDurationSeconds: 40, renewTime: '' },
  );
  assert.equal(readyOf(node(on))?.status, 'True');
  const { metadata } =
    on.server.objects.get('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1') ?? {};
  const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: node(on).metadata.uid };
  assert.partialDeepStrictEqual(metadata, { ownerReferences: [owner] });
});

test('a status is reported every five minutes', async () => {
  const on = await site();
  const first = readyOf(node(on))?.lastHeartbeatTime;
  await on.clock.advance(230_000);
  assert.equal(readyOf(node(on))?.lastHeartbeatTime, first);
  await on.clock.advance(20_000);
  assert.notEqual(readyOf(node(on))?.lastHeartbeatTime, first);
});

test('a node that is cut off becomes Unknown after the grace period and Ready when mended', async () => {
  const on = await site();
  on.kubelet.cut();
  await on.clock.advance(39_000);
  assert.equal(readyOf(node(on))?.status, 'True');
  await on.clock.advance(21_000);
  assert.equal(readyOf(node(on))?.status, 'Unknown');
  assert.deepEqual(on.notReady, ['n1']);
  on.kubelet.mend();
  await on.clock.advance(21_000);
  assert.equal(readyOf(node(on))?.status, 'True');
});

test('a reboot brings a new boot id, a removal takes Node and Lease away', async () => {
  const on = await site();
  const before = node(on).status.nodeInfo?.bootID;
  const never = new AbortController().signal;
  const back = on.kubelet.reboot(5000, never);
  await on.clock.advance(6000);
  await back;
  await on.clock.advance(1000);
  assert.equal(node(on).status.nodeInfo?.bootID, on.kubelet.bootId);
  assert.notEqual(on.kubelet.bootId, before);
  await on.kubelet.remove(never);
  assert.equal(on.server.objects.size, 0);
});

test('one whose clock steps back goes Unknown while it renews', async () => {
  const on = await site();
  await on.kubelet.stop();
  const { transport } = on.server;
  const options = {
    transport,
    clock: on.clock,
    random: seededRandom(2),
    name: 'n1',
    clockSkewMs: -3_600_000,
  };
  const late = new Kubelet(options);
  late.start();
  await on.clock.advance(61_000);
  assert.deepEqual(on.notReady, ['n1']);
});
