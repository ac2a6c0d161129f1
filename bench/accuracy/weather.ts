import { type Clock, sleep } from '../../exporter/clock.ts';
import type { ApiServer } from '../../simulator/apiserver/api.ts';
import type { Ledger } from '../../simulator/ledger.ts';
import { between, pick } from '../../simulator/random.ts';
import type { Judge } from './judge.ts';
import type { Machine } from './machine.ts';
import type { Team } from './team.ts';

/** What is struck when a storm goes over the whole cluster, or over the judge itself. */
export interface Sky {
  readonly api: ApiServer;
  readonly judge: Judge;
  /** The judge's own way to the API server. */
  readonly judgeLink: Machine;
  readonly machines: readonly Machine[];
  readonly teams: readonly Team[];
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly stop: AbortSignal;
  /** How late news is in good weather, in ms. */
  readonly usualLagMs: number;
}

export interface Weather {
  readonly name: string;
  readonly weight: number;
  readonly strike: (sky: Sky) => Promise<void>;
}

/** Everything that may happen to the cluster as a whole and to leasewatch. */
export const weathers: readonly Weather[] = [
  { name: 'API outage', weight: 2, strike: (sky) => stopApi(sky, between(sky.random, 500, 90_000)) },
  { name: 'slow etcd', weight: 2, strike: slowEtcd },
  { name: 'slow answers', weight: 1, strike: slowAnswers },
  { name: 'watch cache lag', weight: 2, strike: lagWatches },
  { name: 'watches broken', weight: 2, strike: async ({ api }) => api.faults.breakWatches() },
  { name: 'watch half open', weight: 0.5, strike: freezeWatches },
  { name: 'compaction', weight: 2, strike: compact },
  { name: 'watch gap with compaction', weight: 2, strike: gapWithCompaction },
  { name: 'judge cut off', weight: 1, strike: cutJudge },
  { name: 'judge paused', weight: 3, strike: pauseJudge },
  { name: 'judge restarted', weight: 2, strike: (sky) => restartJudge(sky, 'kept') },
  { name: 'judge restarted, memory lost', weight: 1, strike: (sky) => restartJudge(sky, 'lost') },
  { name: 'judge restarted in an outage', weight: 0.7, strike: restartInOutage },
  { name: "judge's clock jumps", weight: 2, strike: jumpClock },
  { name: 'every elector cut off', weight: 0.5, strike: cutEverybody },
  { name: 'machine cut off', weight: 1, strike: cutMachine },
  { name: 'machine drained', weight: 2, strike: drain },
  { name: 'machine rebooted', weight: 1, strike: reboot },
  { name: 'machine taken by the autoscaler', weight: 1, strike: autoscale },
];

function wait({ clock, stop }: Sky, ms: number): Promise<void> {
  return sleep(clock, ms, stop);
}

async function stopApi(sky: Sky, forMs: number): Promise<void> {
  sky.api.faults.stop();
  await wait(sky, forMs);
  sky.api.faults.start();
}

async function slowEtcd(sky: Sky): Promise<void> {
  sky.api.faults.commitSlow(between(sky.random, 1000, 14_000));
  await wait(sky, between(sky.random, 5000, 60_000));
  sky.api.faults.commitSlow(0);
}

async function slowAnswers(sky: Sky): Promise<void> {
  sky.api.faults.respondSlow(between(sky.random, 200, 6000));
  await wait(sky, between(sky.random, 5000, 40_000));
  sky.api.faults.respondSlow(0);
}

async function lagWatches(sky: Sky): Promise<void> {
  sky.api.faults.watchLag(between(sky.random, 1000, 25_000));
  await wait(sky, between(sky.random, 5000, 40_000));
  sky.api.faults.watchLag(sky.usualLagMs);
}

/** Nothing comes any more, and nothing says so. */
async function freezeWatches(sky: Sky): Promise<void> {
  sky.api.faults.freezeWatches();
  await wait(sky, between(sky.random, 10_000, 120_000));
}

async function compact(sky: Sky): Promise<void> {
  sky.api.faults.expireWatches(pick(sky.random, ['stream', 'status']));
}

async function cutJudge(sky: Sky): Promise<void> {
  sky.judgeLink.link.cut();
  sky.api.faults.breakWatches();
  await wait(sky, between(sky.random, 1000, 60_000));
  sky.judgeLink.link.mend();
}

async function gapWithCompaction(sky: Sky): Promise<void> {
  sky.judgeLink.link.cut();
  sky.api.faults.breakWatches();
  await wait(sky, between(sky.random, 1000, 40_000));
  sky.api.faults.expireWatches(pick(sky.random, ['stream', 'status']));
  sky.judgeLink.link.mend();
}

async function pauseJudge(sky: Sky): Promise<void> {
  sky.judge.pause();
  await wait(sky, between(sky.random, 300, 25_000));
  sky.judge.resume();
}

async function restartJudge(sky: Sky, memory: 'kept' | 'lost', longestMs = 30_000): Promise<void> {
  await sky.judge.kill();
  await wait(sky, between(sky.random, 0, longestMs));
  if (!sky.stop.aborted) sky.judge.start(memory);
}

async function restartInOutage(sky: Sky): Promise<void> {
  const outage = stopApi(sky, between(sky.random, 10_000, 80_000));
  await wait(sky, between(sky.random, 1000, 8000));
  await restartJudge(sky, pick(sky.random, ['kept', 'lost']), 10_000);
  await outage;
}

async function jumpClock(sky: Sky): Promise<void> {
  sky.judge.jumpWall(between(sky.random, -3_600_000, 3_600_000));
}

async function cutEverybody(sky: Sky): Promise<void> {
  await cutOff(sky, sky.machines, between(sky.random, 3000, 60_000));
}

async function cutMachine(sky: Sky): Promise<void> {
  await cutOff(sky, [pick(sky.random, sky.machines)], between(sky.random, 5000, 90_000));
}

async function cutOff(sky: Sky, machines: readonly Machine[], forMs: number): Promise<void> {
  for (const { name, link } of machines) {
    sky.ledger.record('cut', name);
    link.cut();
  }
  await wait(sky, forMs);
  for (const { name, link } of machines) {
    sky.ledger.record('mended', name);
    link.mend();
  }
}

function membersOn({ teams }: Sky, machine: Machine) {
  return teams.flatMap(({ members }) => members).filter((member) => member.machine === machine);
}

/** Everybody on it is told to stop and comes back elsewhere. */
async function drain(sky: Sky): Promise<void> {
  const { random, machines } = sky;
  const from = pick(random, machines);
  const others = machines.filter((machine) => machine !== from);
  for (const member of membersOn(sky, from)) {
    member.roll(between(random, 1000, 8000), pick(random, others));
    await wait(sky, between(random, 0, 500));
  }
}

async function reboot(sky: Sky): Promise<void> {
  const { random, machines, ledger } = sky;
  const machine = pick(random, machines);
  const downMs = between(random, 15_000, 90_000);
  ledger.record('powered-off', machine.name);
  machine.link.cut();
  for (const member of membersOn(sky, machine)) member.crash(downMs + between(random, 1000, 10_000));
  await wait(sky, downMs);
  machine.link.mend();
  ledger.record('rebooted', machine.name);
}

/** A drain in a hurry: who has not stopped by then is killed. */
async function autoscale(sky: Sky): Promise<void> {
  const { random, machines } = sky;
  const from = pick(random, machines);
  const others = machines.filter((machine) => machine !== from);
  for (const member of membersOn(sky, from)) {
    const downMs = between(random, 2000, 30_000);
    if (random() < 0.3) member.crash(downMs, pick(random, others));
    else member.roll(downMs, pick(random, others));
  }
}
