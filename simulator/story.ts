import { type Clock, sleep } from '../exporter/clock.ts';
import type { KubeTransport } from '../exporter/kube/transport.ts';
import { keepApiIdentity } from './actors/api-identity.ts';
import type { Chat } from './actors/chat.ts';
import { NodeController } from './actors/node-controller.ts';
import { type Cast, type Fault, schedule } from './chaos.ts';
import { createLedger, type Ledger, type LedgerEntry } from './ledger.ts';
import { between, seededRandom } from './random.ts';
import { buildStage, cast, type Stage, setScene } from './stage.ts';
import { type ApiFaults, type Scene, strike } from './strikes.ts';

export interface StoryOptions {
  readonly clock: Clock;
  readonly transport: KubeTransport;
  readonly api: ApiFaults;
  /** Decides faults, jitter and identities; the same seed tells the same story on virtual time. */
  readonly seed: number;
  /** Whether faults happen. */
  readonly chaos: boolean;
  /** Started and stopped by the caller; faults drop its connections. */
  readonly chat?: Chat;
  readonly onEntry?: (entry: LedgerEntry) => void;
  /** Called just before a fault strikes. */
  readonly onFault?: (fault: Fault) => void;
}

export interface Story {
  readonly ledger: Ledger;
  readonly cast: Cast;
  /** Identities of who leads by its own belief, by `namespace/name`; a hung ex-leader may be one of two. */
  leaders(): ReadonlyMap<string, readonly string[]>;
  /** Ends everything that the story started; objects stay on the server. */
  stop(): Promise<void>;
}

/** Faults are drawn for this long at a time, then from the next seed. */
const chapterMs = 3_600_000;

/** Puts a small cluster on the API server and lets it live: four nodes, four elections, a leftover, faults. */
export function startStory(options: StoryOptions): Story {
  const { clock, transport } = options;
  const ledger = createLedger(clock, options.onEntry);
  const stage = buildStage({ clock, transport, ledger, random: seededRandom(options.seed) });
  const onNotReady = (node: string) => ledger.record('node-not-ready', node);
  const controller = new NodeController({ transport, clock, onNotReady });
  const ending = new AbortController();
  const channel = { transport, clock, timeoutMs: 5000 };
  const { api, chat } = options;
  const scene = { stage, ledger, channel, api, chat, stop: ending.signal };
  const playing = play(scene, controller, options);
  return {
    ledger,
    cast,
    leaders: () => leadersOf(stage),
    async stop() {
      ending.abort();
      await Promise.all([playing, controller.stop(), ...everyone(stage).map((each) => each.stop())]);
    },
  };
}

async function play(scene: Scene, controller: NodeController, options: StoryOptions): Promise<void> {
  await setScene(scene.channel, scene.stop);
  if (scene.stop.aborted) return;
  for (const kubelet of scene.stage.kubelets) kubelet.start();
  controller.start();
  await Promise.all([
    startReplicas(scene, options),
    keepApiIdentity({ ...options, random: seededRandom(options.seed + 2) }, scene.stop),
    options.chaos ? wreak(scene, options) : undefined,
  ]);
}

/** A little apart from each other, so that no two candidates tick in step. */
async function startReplicas(scene: Scene, options: StoryOptions): Promise<void> {
  const random = seededRandom(options.seed + 1);
  for (const replica of [...scene.stage.replicas.values()].flat()) {
    if (scene.stop.aborted) return;
    replica.start();
    await sleep(options.clock, between(random, 20, 80), scene.stop);
  }
}

async function wreak(scene: Scene, options: StoryOptions): Promise<void> {
  const striking: Promise<void>[] = [];
  for (let chapter = 0; !scene.stop.aborted; chapter++) {
    const began = options.clock.now().mono;
    const elapsedMs = () => options.clock.now().mono - began;
    for (const fault of schedule(options.seed + chapter, cast, chapterMs)) {
      await sleep(options.clock, fault.atMs - elapsedMs(), scene.stop);
      if (scene.stop.aborted) break;
      options.onFault?.(fault);
      striking.push(strike(scene, fault));
    }
    await sleep(options.clock, chapterMs - elapsedMs(), scene.stop);
  }
  await Promise.all(striking);
}

function everyone(stage: Stage): readonly { stop(): Promise<void> }[] {
  return [...stage.kubelets, ...[...stage.replicas.values()].flat()];
}

function leadersOf(stage: Stage): ReadonlyMap<string, readonly string[]> {
  const leading = [...stage.replicas].map(
    ([lease, replicas]) =>
      [lease, replicas.filter((each) => each.leading).map((each) => each.identity)] as const,
  );
  return new Map(leading);
}
