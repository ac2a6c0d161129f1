import { createAnswers } from '../assemble-answers.ts';
import { type Clock, sleep } from '../clock.ts';
import { createDriver } from '../driver.ts';
import type { KubeTransport } from '../kube/transport.ts';
import { nodeLeaseNamespace } from '../model/classify.ts';
import { Model } from '../model/model.ts';
import { nodeJson } from '../signals/json.ts';
import { leasesJson } from '../signals/json-leases.ts';
import { createLeaseHistory } from '../signals/lease-history.ts';
import { createRecentRounds } from '../signals/recent.ts';
import { clusterSource } from '../sources/cluster.ts';
import { leaseSource } from '../sources/leases.ts';
import { nodeSource } from '../sources/nodes.ts';
import type { AnswerName } from '../terminal/answers.ts';
import type { Teller } from '../terminal/teller.ts';

export interface LookOptions {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** All of them when absent. */
  readonly namespace: string | undefined;
  /** All of them when absent. */
  readonly name: string | undefined;
  /** How long to look before the first answer, at most: what is judged sooner is told sooner. In milliseconds. */
  readonly lookMs: number;
}

/** The grace period of the node controller since Kubernetes 1.32. */
const nodeGraceMs = 50_000;
const pollMs = 50;
/** A server that has not answered by then will not. */
const listMs = 15_000;

/**
 * The sources and the judge of `leasewatch run`, without receivers, for as long as a command runs: what it says is
 * said by the same rules. It knows nothing of what was before, so that most verdicts wait for the first write.
 */
export function openLook(options: LookOptions): Teller {
  const { clock } = options;
  const stopping = new AbortController();
  const began = clock.now();
  const judge = startJudge(options, stopping.signal);
  const { running, model, history, recent } = judge;
  let looked: Promise<string> | undefined;

  function answer(name: AnswerName): object {
    const now = clock.now();
    if (name === 'leases') return leasesJson(model, history, began, now);
    if (name === 'rounds') return { rounds: recent.rounds() };
    if (name === 'nodes') return { nodes: Array.from(model.nodes(), (node) => nodeJson(node, now)) };
    return { policies: [] };
  }

  return {
    async ask(name) {
      looked ??= look(judge, options, stopping.signal);
      const trouble = await looked;
      if (trouble !== '') return { kind: 'failed', why: trouble };
      return { kind: 'ok', body: JSON.stringify(answer(name)) };
    },
    async close() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

type Judge = ReturnType<typeof startJudge>;

function startJudge({ transport, clock, random, namespace, name }: LookOptions, stop: AbortSignal) {
  const common = { transport, clock, random };
  const leases = leaseSource({
    ...common,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  });
  const ofNode = namespace === nodeLeaseNamespace && name !== undefined;
  const nodes = ofNode ? [nodeSource({ ...common, name })] : [];
  // Holders are looked up only for the one lease whose story is told: each of them costs reads.
  const holders = name !== undefined && !ofNode;
  const sources = [leases, ...nodes];
  const known = sources.map((source) => source.name);
  const model = new Model({ sources: known, nodes: { graceMs: nodeGraceMs }, holders });
  const history = createLeaseHistory();
  const recent = createRecentRounds(model);
  /** Why a source does not see, by its name. */
  const troubles = new Map<string, string>();
  const driver = createDriver({
    clock,
    model,
    answer: createAnswers({ clock, transport, sources: [leases], stop }),
    onEvent(event) {
      history.observe(event);
      recent.observe(event);
      if (event.kind !== 'source') return;
      if (event.to === 'up') troubles.delete(event.source);
      else troubles.set(event.source, event.why);
    },
  });
  stop.addEventListener('abort', () => driver.stop(), { once: true });
  const running = [clusterSource(common), ...sources].map((source) => source.run(driver.emit, stop));
  return { running, model, history, recent, troubles, source: leases.name };
}

/** Waits for the list, and then until everything is judged or the time is over. Says what went wrong, or nothing. */
async function look(
  { model, troubles, source }: Judge,
  { clock, lookMs }: LookOptions,
  stop: AbortSignal,
): Promise<string> {
  const began = clock.now().mono;
  while (!stop.aborted) {
    const trouble = troubles.get(source);
    if (trouble !== undefined) return trouble;
    const passed = clock.now().mono - began;
    const { synced = false, why = '' } = [...model.sources()].find(({ name }) => name === source) ?? {};
    if (!synced && passed > listMs) return why;
    if (synced && (passed >= lookMs || isJudged(model, troubles))) return '';
    await sleep(clock, pollMs, stop);
  }
  return 'stopped';
}

function isJudged(model: Model, troubles: ReadonlyMap<string, string>): boolean {
  const rows = [...model.leases(), ...model.nodes()];
  const waiting = [...model.sources()].some(({ name, synced }) => !synced && !troubles.has(name));
  return !waiting && rows.every(({ state }) => state !== 'unknown');
}
