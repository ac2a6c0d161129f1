import { sleep } from '../exporter/clock.ts';
import { type Channel, exchange } from '../exporter/kube/exchange.ts';
import { leasePath } from '../exporter/kube/lease-client.ts';
import type { Chat } from './actors/chat.ts';
import type { Replica } from './actors/replica.ts';
import type { Fault, FaultKind } from './chaos.ts';
import type { Ledger } from './ledger.ts';
import type { Stage } from './stage.ts';

/** What the simulated API server does to its clients on demand. */
export interface ApiFaults {
  /** Nothing is answered any more, as while the server is stopped. */
  stop(): void;
  start(): void;
  /** Compacts the history, so that every watch ends with 410 and must list again. */
  expireWatches(): void;
  /** Every watch loses its connection. */
  breakWatches(): void;
  /** News reaches watches only after `ms`; 0 ends it. */
  watchLag(ms: number): void;
}

export interface Scene {
  readonly stage: Stage;
  readonly ledger: Ledger;
  readonly channel: Channel;
  readonly api: ApiFaults;
  readonly chat: Chat | undefined;
  readonly stop: AbortSignal;
}

/** Does one fault and ends when it has mended, or when the story stops. */
export async function strike(scene: Scene, fault: Fault): Promise<void> {
  await strikes[fault.fault](scene, fault);
}

/** Longer than the margin of the shorter elections, so that judging by watch events alone would go wrong. */
const lagMs = 8000;

type Strike = (scene: Scene, fault: Fault) => Promise<void>;

const strikes: Readonly<Record<FaultKind, Strike>> = {
  'kill-leader': async (scene, fault) => leaderOf(scene, fault)?.kill(fault.forMs),
  'release-leader': async (scene, fault) => leaderOf(scene, fault)?.roll(fault.forMs),
  'hang-leader': async (scene, fault) => leaderOf(scene, fault)?.hang(fault.forMs),
  'delete-lease': deleteLease,
  'cut-node': cutNode,
  'reboot-node': rebootNode,
  'expire-watches': expireWatches,
  'break-watches': breakWatches,
  'lag-watches': lagWatches,
  'pause-api': pauseApi,
  'drop-connections': dropConnections,
};

/** A fault that finds no leader is no fault, and the ledger says so. */
function leaderOf(scene: Scene, fault: Fault): Replica | undefined {
  const leader = scene.stage.replicas.get(fault.target)?.find((each) => each.leading && !each.hung);
  if (leader === undefined) scene.ledger.record('fault-skipped', fault.fault, fault.target);
  return leader;
}

async function deleteLease(scene: Scene, fault: Fault): Promise<void> {
  const [namespace = '', name = ''] = fault.target.split('/');
  const answer = await exchange(scene.channel, 'DELETE', leasePath(namespace, name), scene.stop);
  const done = answer.kind === 'answered' && answer.status < 300;
  scene.ledger.record(done ? 'deleted' : 'fault-skipped', fault.fault, fault.target);
}

async function cutNode(scene: Scene, fault: Fault): Promise<void> {
  const kubelet = scene.stage.kubelets.find((each) => each.name === fault.target);
  scene.ledger.record('cut', fault.target);
  kubelet?.cut();
  await sleep(scene.channel.clock, fault.forMs, scene.stop);
  kubelet?.mend();
  scene.ledger.record('mended', fault.target);
}

async function rebootNode(scene: Scene, fault: Fault): Promise<void> {
  const kubelet = scene.stage.kubelets.find((each) => each.name === fault.target);
  scene.ledger.record('powered-off', fault.target);
  const carried = [...scene.stage.replicas.values()].flat().filter((each) => each.node === fault.target);
  for (const replica of carried) replica.losePower(fault.forMs);
  await kubelet?.reboot(fault.forMs, scene.stop);
  scene.ledger.record('rebooted', fault.target);
}

async function expireWatches(scene: Scene): Promise<void> {
  scene.api.expireWatches();
  scene.ledger.record('watches-expired', 'api');
}

async function breakWatches(scene: Scene): Promise<void> {
  scene.api.breakWatches();
  scene.ledger.record('watches-broken', 'api');
}

async function lagWatches(scene: Scene, fault: Fault): Promise<void> {
  scene.api.watchLag(lagMs);
  scene.ledger.record('watches-lagging', 'api');
  await sleep(scene.channel.clock, fault.forMs, scene.stop);
  scene.api.watchLag(0);
  scene.ledger.record('watches-caught-up', 'api');
}

async function pauseApi(scene: Scene, fault: Fault): Promise<void> {
  scene.api.stop();
  scene.ledger.record('api-paused', 'api');
  await sleep(scene.channel.clock, fault.forMs, scene.stop);
  scene.api.start();
  scene.ledger.record('api-resumed', 'api');
}

async function dropConnections(scene: Scene, fault: Fault): Promise<void> {
  if (scene.chat === undefined) return scene.ledger.record('fault-skipped', fault.fault);
  scene.ledger.record('connections-dropped', `${scene.chat.drop(1)} connections`);
}
