import { sleep } from '../../exporter/clock.ts';
import { type Channel, exchange } from '../../exporter/kube/exchange.ts';
import type { Kubelet } from '../../simulator/actors/kubelet.ts';
import { nodePath } from '../../simulator/actors/node-object.ts';
import { inProcessTransport } from '../../simulator/apiserver/api.ts';
import { between, pick } from '../../simulator/random.ts';
import type { Machine } from './machine.ts';
import type { Sky } from './weather.ts';

const requestMs = 10_000;

function membersOn({ teams }: Sky, machine: Machine) {
  return teams.flatMap(({ members }) => members).filter((member) => member.machine === machine);
}

function kubeletOf({ kubelets }: Sky, { name }: Machine): Kubelet | undefined {
  return kubelets.find((kubelet) => kubelet.name === name);
}

/** Everybody on it is told to stop and comes back elsewhere. */
export async function drain(sky: Sky): Promise<void> {
  const { random, machines, clock, stop } = sky;
  const from = pick(random, machines);
  const others = machines.filter((machine) => machine !== from);
  for (const member of membersOn(sky, from)) {
    member.roll(between(random, 1000, 8000), pick(random, others));
    await sleep(clock, between(random, 0, 500), stop);
  }
}

export async function reboot(sky: Sky): Promise<void> {
  const { random, machines, ledger, stop } = sky;
  const machine = pick(random, machines);
  const downMs = between(random, 15_000, 90_000);
  ledger.record('powered-off', machine.name);
  machine.link.cut();
  for (const member of membersOn(sky, machine)) member.crash(downMs + between(random, 1000, 10_000));
  await kubeletOf(sky, machine)?.reboot(downMs, stop);
  machine.link.mend();
  ledger.record('rebooted', machine.name);
}

/** A drain in a hurry: who has not stopped by then is killed. Then the Node goes, and another one takes its name. */
export async function autoscale(sky: Sky): Promise<void> {
  const { random, machines, clock, stop } = sky;
  const from = pick(random, machines);
  const others = machines.filter((machine) => machine !== from);
  await taint(sky, from);
  for (const member of membersOn(sky, from)) {
    const downMs = between(random, 2000, 30_000);
    if (random() < 0.3) member.crash(downMs, pick(random, others));
    else member.roll(downMs, pick(random, others));
  }
  const kubelet = kubeletOf(sky, from);
  await sleep(clock, between(random, 5000, 60_000), stop);
  await kubelet?.remove(stop);
  await sleep(clock, between(random, 10_000, 120_000), stop);
  if (!stop.aborted) kubelet?.start();
}

/** As the cluster autoscaler marks what it is about to take away. */
async function taint({ api, clock, stop }: Sky, { name }: Machine): Promise<void> {
  const channel: Channel = { transport: inProcessTransport(api), clock, timeoutMs: requestMs };
  const got = await exchange(channel, 'GET', nodePath(name), stop);
  if (got.kind === 'failed' || got.status !== 200 || !isObject(got.body)) return;
  const taints = [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }];
  const spec = { ...(isObject(got.body.spec) ? got.body.spec : {}), taints };
  await exchange(channel, 'PUT', nodePath(name), stop, { ...got.body, spec });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The kubelet alone is silent; what runs on its machine goes on. */
export async function hangKubelet(sky: Sky): Promise<void> {
  const { random, clock, stop } = sky;
  const kubelet = pick(random, sky.kubelets);
  sky.ledger.record('cut', kubelet.name);
  kubelet.cut();
  await sleep(clock, between(random, 20_000, 180_000), stop);
  kubelet.mend();
  sky.ledger.record('mended', kubelet.name);
}

/** Down for a while and back, without a reboot. */
export async function restartKubelet(sky: Sky): Promise<void> {
  const { random, clock, stop } = sky;
  const kubelet = pick(random, sky.kubelets);
  sky.ledger.record('crashed', kubelet.name);
  await kubelet.stop();
  await sleep(clock, between(random, 1000, 90_000), stop);
  sky.ledger.record('restarted', kubelet.name);
  if (!stop.aborted) kubelet.start();
}
