import { createAnswers } from './assemble-answers.ts';
import { createRemembrance, type Remembrance } from './assemble-checkpoint.ts';
import { type Delivery, startDelivery } from './assemble-delivery.ts';
import { startPage } from './assemble-page.ts';
import { electionNames, joinReplicas } from './assemble-replicas.ts';
import { type Cluster, createSignals, type Signals, startLogs } from './assemble-signals.ts';
import { runSources, sourcesOf } from './assemble-sources.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { alwaysPermitted } from './delivery/permission.ts';
import { type StartedServer, startServer } from './delivery/server.ts';
import { createDriver, type Driver } from './driver.ts';
import type { KubeTransport } from './kube/transport.ts';
import type { Event } from './model/event.ts';
import { Model } from './model/model.ts';
import type { StatusPage } from './page/page.ts';
import { Tenure } from './replica/tenure.ts';
import { nodeJson } from './signals/json.ts';
import { allConnectionsJson } from './signals/json-connections.ts';
import { leasesJson } from './signals/json-leases.ts';
import { policiesJson } from './signals/json-policies.ts';
import type { Logs } from './signals/logs.ts';
import { clusterSource } from './sources/cluster.ts';
import { type Recorder, recorder } from './sources/record.ts';
import type { DoorStats } from './web/door-stats.ts';

/** The grace period of the node controller since Kubernetes 1.32. */
const nodeGraceMs = 50_000;

export interface Parts {
  readonly config: Config;
  readonly version: string;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Absent when nothing of Kubernetes is watched. */
  readonly transport: KubeTransport | undefined;
  readonly console: 'text' | 'json' | 'off';
  /** Sees every event after the signals. */
  readonly onEvent?: (event: Event) => void;
}

export interface Exporter {
  readonly url: string;
  readonly model: Model;
  readonly signals: Signals;
  readonly logs: Logs;
  /** Ends everything in the order of the data: sources, model, signals, delivery. */
  stop(): Promise<void>;
}

export type StartedExporter =
  | { readonly kind: 'started'; readonly exporter: Exporter }
  | { readonly kind: 'failed'; readonly why: string };

/** Wires sources, model, signals and delivery, and starts them. Leaves nothing behind when it fails. */
export async function startExporter(parts: Parts): Promise<StartedExporter> {
  const { config, clock, random, transport } = parts;
  const early: string[] = [];
  let warn = (message: string): void => void early.push(message);
  const tenure = config.replicas === undefined ? undefined : new Tenure(clock);
  const tell = (message: string): void => warn(message);
  const opened = await startDelivery(config, clock, random, tell, tenure ?? alwaysPermitted);
  if (opened.kind === 'failed') return opened;
  const { delivery } = opened;

  const cluster: Cluster = { id: config.cluster ?? 'unknown' };
  const logs = await startLogs({ ...parts, cluster }, delivery);
  warn = (message) => logs.warn(message);
  early.forEach(warn);

  const { all: sources, optional, leases } = sourcesOf(parts);
  const names = sources.map(({ name }) => name);
  const nodes = { graceMs: nodeGraceMs };
  const known = [...names, ...electionNames(config, delivery)];
  const holders = config.kubernetes.pods && transport !== undefined;
  const model = new Model({ sources: known, nodes, policies: config.policies, holders });
  let doorStats = (): DoorStats | undefined => undefined;
  const signals = await createSignals({ ...parts, cluster, web: () => doorStats() }, model, delivery, logs);
  const page = startPage({ ...parts, cluster }, model, signals, delivery);
  const { recollection } = model;
  const remembrance = createRemembrance({
    table: delivery.memories,
    clock,
    recollection,
    sources: names,
    warn,
  });
  const recording = config.record === undefined ? undefined : recorder(config.record, warn);
  const stopping = new AbortController();
  const driver = createDriver({
    clock,
    model,
    answer: createAnswers({ clock, transport, sources: leases, stop: stopping.signal }),
    onEvent(event) {
      signals.observe(event);
      remembrance.onEvent(event);
      parts.onEvent?.(event);
    },
    onObservation(observation) {
      if (observation.kind === 'cluster') cluster.id = config.cluster ?? observation.uid;
      recording?.write(observation);
      remembrance.onObservation(observation);
      peers?.notice(observation);
    },
  });
  const peers = joinReplicas({ ...parts, delivery, tenure, view: model, sources: names, emit: driver.emit });
  if (tenure !== undefined && peers === undefined)
    logs.warn('replicas: there is no receiver, so nobody pushes');

  const remembers = await remembrance.recall(driver.emit);
  const served = await serve(parts, model, signals, page, names, logs);
  if (served.kind === 'listening') doorStats = served.stats;
  const identity = transport === undefined ? undefined : clusterSource({ transport, clock, random });
  const running =
    served.kind === 'failed'
      ? []
      : runSources(
          { identity, sources: [...sources, ...optional], clock, identityFirst: remembers },
          driver.emit,
          stopping.signal,
        );
  const leaving = new AbortController();
  const electing = served.kind === 'failed' ? undefined : peers?.run(leaving.signal);
  const stop = async (): Promise<void> => {
    await page.close();
    if (served.kind === 'listening') await served.close();
    stopping.abort();
    await Promise.all(running);
    await end(driver, remembrance, recording, signals, delivery);
    // Last, so that a request under way can end before another replica begins to push.
    leaving.abort();
    await electing;
  };
  if (served.kind === 'listening') {
    return { kind: 'started', exporter: { url: served.url, model, signals, logs, stop } };
  }
  await stop();
  return served;
}

async function end(
  driver: Driver,
  remembrance: Remembrance,
  recording: Recorder | undefined,
  signals: Signals,
  delivery: Delivery,
): Promise<void> {
  driver.stop();
  await remembrance.close();
  await recording?.close();
  await signals.close();
  await delivery.close();
}

function serve(
  { config, clock }: Parts,
  model: Model,
  signals: Signals,
  page: StatusPage,
  names: readonly string[],
  logs: Logs,
): Promise<StartedServer> {
  const started = clock.now();
  return startServer({
    ...{ listen: config.listen, clock, web: config.web },
    warn: (message) => logs.warn(message),
    info: (message) => logs.info(message),
    pages: page.files,
    upgrades: { '/live': page.upgrade },
    metrics: (openMetrics) => signals.metrics.scrape(openMetrics ? 'openmetrics' : 'text'),
    ready: () => readiness(model, names),
    api: {
      leases: () => leasesJson(model, signals.history, started, clock.now()),
      rounds: () => ({ rounds: signals.recent.rounds() }),
      nodes: () => ({ nodes: listed(model.nodes(), (node) => nodeJson(node, clock.now())) }),
      connections: () => allConnectionsJson(model.connections()),
      policies: () => ({ policies: policiesJson(model, clock.now()) }),
    },
  });
}

function listed<T, U>(items: Iterable<T>, tell: (item: T) => U): U[] {
  return Array.from(items, tell);
}

/** Ready once every configured source has seen something; never tied to a receiver. */
function readiness(model: Model, names: readonly string[]) {
  const waiting = [...model.sources()].filter((source) => names.includes(source.name) && !source.synced);
  const detail = waiting.map((source) => `${source.name}: ${source.why}`).join('\n');
  const synced = `every source has synced${standing(model.pushes())}`;
  return { ready: waiting.length === 0, detail: waiting.length === 0 ? synced : detail };
}

function standing(pushes: boolean | undefined): string {
  if (pushes === undefined) return '';
  return pushes ? '; this replica pushes' : '; this replica stands by';
}
