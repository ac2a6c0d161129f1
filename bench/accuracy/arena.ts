import { Kubelet } from '../../simulator/actors/kubelet.ts';
import { type ApiServer, createApiServer, inProcessTransport } from '../../simulator/apiserver/api.ts';
import { namespaces } from '../../simulator/apiserver/resources.ts';
import { createLedger, type LedgerEntry } from '../../simulator/ledger.ts';
import { between, seededRandom } from '../../simulator/random.ts';
import { virtualClock } from '../../simulator/scheduler.ts';
import { type Almanac, almanacOf } from './almanac.ts';
import { keepBeating } from './beats.ts';
import { createQuietLeases, leaveBehind, type Parts, settingsFor, teamsOf } from './cast.ts';
import { coordinatedTeams } from './coordination.ts';
import { type Dates, datesOf } from './dates.ts';
import { direct, weatherOver } from './director.ts';
import { type History, keepHistory } from './history.ts';
import { Judge } from './judge.ts';
import type { Life } from './life.ts';
import { machine } from './machine.ts';
import { keepNodeHistory, type NodeHistory } from './node-history.ts';
import type { Setting } from './settings.ts';
import { type Candidates, keepCandidates } from './standing.ts';
import { keyOf, type Team } from './team.ts';

/** All that was written, done, shown and said in one virtual cluster. Times are monotonic ms of the server. */
export interface Chronicle {
  readonly seed: number;
  readonly endedAt: number;
  readonly history: History;
  readonly nodes: NodeHistory;
  readonly ledger: readonly LedgerEntry[];
  readonly almanac: Almanac;
  readonly dates: Dates;
  /** Of leasewatch, from one start to the next. */
  readonly lives: readonly Life[];
  /** Keys of the leases that are elected over. */
  readonly elections: ReadonlySet<string>;
  /** How they are set up, by their keys. */
  readonly settings: ReadonlyMap<string, Setting>;
  /** Those of them that are coordinated. */
  readonly coordinated: ReadonlySet<string>;
  readonly candidates: Candidates;
  readonly mayReadCandidates: boolean;
  readonly clusterUid: string;
}

export interface Plan {
  /** Of virtual time. */
  readonly lastsMs: number;
  readonly elections: number;
  /** From one change of the weather to the next. */
  readonly weatherMs: number;
}

/** Servers in turn: most have the newest version of LeaseCandidates, some an older one. */
const servedVersions = ['v1beta1', 'v1alpha2'] as const;
const longMs = 3 * 3_600_000;
const machineCount = 5;
const hourMs = 3_600_000;

/** Lives through one virtual cluster, with leasewatch beside it. */
export async function play(seed: number, plan: Plan): Promise<Chronicle> {
  const random = seededRandom(seed);
  const clock = virtualClock();
  const candidates = servedVersions[seed % 4 === 2 ? 1 : 0];
  const api = createApiServer({ clock, candidates });
  const history = keepHistory(api.store, () => clock.now().mono);
  const nodes = keepNodeHistory(api.store, () => clock.now().mono);
  const standing = keepCandidates(api.store, () => clock.now().mono);
  const ledger = createLedger(clock);
  const transport = inProcessTransport(api);
  const machines = Array.from({ length: machineCount }, (_, index) => machine(`machine-${index}`, transport));
  const parts: Parts = { clock, random, ledger, transport, machines };
  const teams = teamsOf(parts, settingsFor(plan.lastsMs, plan.elections));
  const apart: Parts = { ...parts, random: seededRandom(seed + 1_000_000) };
  const coordinated = coordinatedTeams(apart, candidates, seed, plan.lastsMs > longMs ? 1 : 3);
  const judgeLink = machine('judge', transport);
  const mayReadCandidates = seed % 3 !== 1;
  const latencyMs = between(random, 2, 80);
  const judge = new Judge({ clock, transport: judgeLink.link, random, latencyMs, mayReadCandidates });
  const usualLagMs = between(random, 5, 150);
  const stopping = new AbortController();
  const stop = stopping.signal;

  api.faults.watchLag(usualLagMs);
  const kubelets = machines.map(({ name, link }) => new Kubelet({ transport: link, clock, random, name }));
  const sky = { api, judge, judgeLink, machines, kubelets, teams, ledger, clock, random, stop, usualLagMs };
  for (const kubelet of kubelets) kubelet.start();
  const playing = [
    createQuietLeases(parts),
    keepBeating({ ...parts, random: seededRandom(-seed) }, stop),
    ...teams.map((team, index) => enter(team, index, parts, history, stop)),
    ...coordinated.map((team) => enter(team, 0, apart, history, stop)),
    weatherOver(sky, plan.weatherMs),
  ];
  await clock.advance(between(random, 0, 30_000));
  judge.start('lost');
  await clock.runUntil(plan.lastsMs);
  const endedAt = clock.now().mono;
  stopping.abort();
  judge.resume();
  const ends = [...kubelets, ...[...teams, ...coordinated].flatMap(({ members }) => members)].map((each) =>
    each.stop(),
  );
  const ended = Promise.all([...playing, ...ends, judge.kill()]);
  // Who still waits for an answer gives up.
  await clock.advance(hourMs);
  await ended;
  return {
    seed,
    endedAt,
    history,
    nodes,
    ledger: ledger.entries,
    almanac: almanacOf(ledger.entries),
    dates: datesOf(history, judge.lives),
    lives: judge.lives,
    elections: new Set([...teams, ...coordinated].map(keyOf)),
    settings: new Map([...teams, ...coordinated].map((team) => [keyOf(team), team.setting])),
    clusterUid: clusterUidOf(api),
    ...{
      coordinated: new Set(coordinated.filter(({ coordination }) => coordination !== undefined).map(keyOf)),
      candidates: standing,
      mayReadCandidates,
    },
  };
}

/** A little apart from each other; one in ten finds a lease of two years ago. */
async function enter(
  team: Team,
  index: number,
  parts: Parts,
  history: History,
  stop: AbortSignal,
): Promise<void> {
  const { clock, random } = parts;
  const isLate = index % 10 === 9;
  if (isLate) await leaveBehind(parts, team);
  const afterMs = isLate ? between(random, 40_000, 120_000) : between(random, 0, 10_000);
  for (const member of team.members) clock.after(afterMs + between(random, 0, 1000), () => member.start());
  await direct(team, parts, history, stop);
}

function clusterUidOf({ store }: ApiServer): string {
  return store.get(namespaces, undefined, 'kube-system')?.metadata.uid ?? '';
}
