import { type Clock, sleep } from '../../exporter/clock.ts';
import type { Kubelet } from '../../simulator/actors/kubelet.ts';
import type { ApiServer } from '../../simulator/apiserver/api.ts';
import type { Ledger } from '../../simulator/ledger.ts';
import { between, pick } from '../../simulator/random.ts';
import type { Judge } from './judge.ts';
import type { Machine } from './machine.ts';
import type { Team } from './team.ts';
import { autoscale, drain, hangKubelet, reboot, restartKubelet } from './weather-machines.ts';

/** What is struck when a storm goes over the whole cluster, or over the judge itself. */
export interface Sky {
  readonly api: ApiServer;
  readonly judge: Judge;
  /** The judge's own way to the API server. */
  readonly judgeLink: Machine;
  readonly machines: readonly Machine[];
  /** One for each machine, in the same order. */
  readonly kubelets: readonly Kubelet[];
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
  { name: 'judge restarted in a round', weight: 1, strike: restartInRound },
  { name: "judge's clock jumps", weight: 2, strike: jumpClock },
  { name: 'every elector cut off', weight: 0.5, strike: cutEverybody },
  { name: 'machine cut off', weight: 1, strike: cutMachine },
  { name: 'machine drained', weight: 2, strike: drain },
  { name: 'machine rebooted', weight: 1, strike: reboot },
  { name: 'machine taken by the autoscaler', weight: 1, strike: autoscale },
  { name: 'kubelet cut off', weight: 1, strike: hangKubelet },
  { name: 'kubelet restarted', weight: 0.5, strike: restartKubelet },
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
  await restartJudge(sky, pick(sky.random, ['kept', 'lost', 'lost']), 10_000);
  await outage;
}

/** A leader dies, and the judge before the next one is elected. */
async function restartInRound(sky: Sky): Promise<void> {
  const { random } = sky;
  const { members, setting } = pick(random, sky.teams);
  members.find((member) => member.well)?.crash(between(random, 5000, 60_000));
  await wait(sky, Math.min(60_000, between(random, 0.2, 1.2) * setting.times.durationSeconds * 1000));
  await restartJudge(sky, 'kept', 10_000);
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
