import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Chat, startChat } from '../../simulator/actors/chat.ts';
import { createApiServer } from '../../simulator/apiserver/api.ts';
import { type Listening, listen } from '../../simulator/apiserver/http.ts';
import { seededRandom } from '../../simulator/random.ts';
import { type Story, startStory } from '../../simulator/story.ts';
import { type Exporter, startExporter } from '../assemble.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { resolveProbes } from '../config-probes.ts';
import { undiciTransport } from '../kube/undici.ts';
import { printable } from '../signals/safe-text.ts';
import { createNarrator } from './narrator.ts';
import { untilStopped } from './until-stopped.ts';

export interface DemoOptions {
  readonly config: Config;
  readonly version: string;
  /** Ends by itself after this time, in milliseconds. */
  readonly forMs: number | undefined;
  /** The schedule of faults, `off` for none, or undefined for a new one. */
  readonly chaos: number | 'off' | undefined;
  readonly out: NodeJS.WritableStream;
}

type Narrator = ReturnType<typeof createNarrator>;

/** Between two lines about who leads and who is connected, in ms. */
const statusMs = 10_000;

/** `leasewatch demo`: a simulated cluster, the exporter beside it, and their story. Returns the exit code. */
export async function demo(options: DemoOptions): Promise<number> {
  // From the first moment: a signal while we start must not leave anything behind.
  const stopped = untilStopped(options.forMs);
  const clock = systemClock();
  const narrator = createNarrator({ out: options.out, start: clock.now().wall });
  const seed = options.chaos === 'off' ? 1 : (options.chaos ?? randomInt(1, 1_000_000));
  const api = createApiServer({ clock });
  const cluster = await listen(api);
  const chat = await startChat({ random: seededRandom(seed) });
  const folder = await mkdtemp(join(tmpdir(), 'leasewatch-demo-'));
  const transport = undiciTransport({ server: cluster.url, headers: async () => ({}) });
  const started = await startExporter({
    config: { ...options.config, ...demoConfig(options.config, chat, folder) },
    version: options.version,
    clock,
    random: Math.random,
    transport,
    console: 'off',
    onEvent: (event) => narrator.event(event),
  });
  const closeAll = async (): Promise<void> => {
    await transport.close();
    await chat.stop();
    await cluster.close();
    await rm(folder, { recursive: true, force: true });
  };
  if (started.kind === 'failed') {
    await closeAll();
    process.stderr.write(`leasewatch: ${started.why}\n`);
    return 2;
  }
  const { exporter } = started;
  introduce(narrator, exporter, cluster, seed, options.chaos !== 'off');
  const electors = undiciTransport({ server: cluster.url, headers: async () => ({}) });
  const story = startStory({
    clock,
    transport: electors,
    api: api.faults,
    seed,
    chaos: options.chaos !== 'off',
    chat,
    onFault: ({ fault, target }) =>
      narrator.fault(clock.now().wall, `${fault.replaceAll('-', ' ')}: ${target}`),
  });
  const quiet = repeatStatus(clock, narrator, exporter, story);
  await stopped;
  quiet();
  summarise(narrator, exporter, story, clock);
  await exporter.stop();
  await story.stop();
  await electors.close();
  await closeAll();
  return 0;
}

/** A demo watches its own cluster and its own chat, and keeps its outbox to itself. */
function demoConfig(config: Config, chat: Chat, folder: string): Partial<Config> {
  return {
    mode: 'cluster',
    kubernetes: {
      ...config.kubernetes,
      namespaces: 'all',
      leases: undefined,
      nodes: true,
      node: undefined,
      pods: true,
    },
    pod: { namespace: 'chat', name: 'chat-server' },
    websockets: {
      ...{ ports: [chat.port], pods: false, find: false, intervalMs: 1000, endpoints: [] },
      probes: resolveProbes([
        { name: 'chat', url: `ws://127.0.0.1:${chat.port}/`, interval: 5000, pingInterval: 1000 },
      ]),
    },
    outbox: { ...config.outbox, path: config.outbox.path === 'off' ? 'off' : join(folder, 'outbox.db') },
  };
}

function introduce(
  narrator: Narrator,
  { url }: Exporter,
  cluster: Listening,
  seed: number,
  chaos: boolean,
): void {
  const story = chaos ? `faults by seed ${seed} (--chaos ${seed} repeats them)` : 'no faults';
  narrator.line(`
leasewatch demo: a simulated cluster of four nodes, four elections, a chat, and ${story}.

  metrics    curl ${url}/metrics
  exemplars  curl -H 'Accept: application/openmetrics-text' ${url}/metrics
  rounds     curl ${url}/api/rounds
  more       ${url}/api/leases  ${url}/api/nodes  ${url}/api/connections
  terminal   npm run leasewatch -- leases --url ${url}
  cluster    kubectl --server ${cluster.url} get leases --all-namespaces

FAULT is what the simulator did; everything else is what leasewatch saw. Ctrl-C ends it.
`);
}

function repeatStatus(clock: Clock, narrator: Narrator, exporter: Exporter, story: Story): () => void {
  let cancel = clock.after(statusMs, tell);
  function tell(): void {
    cancel = clock.after(statusMs, tell);
    tellStatus(narrator, exporter, story, clock);
  }
  return () => cancel();
}

function tellStatus(narrator: Narrator, exporter: Exporter, story: Story, clock: Clock): void {
  for (const text of statusOf(exporter, story)) narrator.status(clock.now().wall, text);
}

/** Who leads, and who is there: two lines, since one would be wider than a terminal. */
function statusOf({ model }: Exporter, story: Story): readonly [string, string] {
  const leads = Array.from(model.leases())
    .filter((lease) => story.cast.leases.some(({ name }) => name === `${lease.namespace}/${lease.name}`))
    .map(({ name, state, holder }) => `${name}: ${state === 'held' ? podOf(holder, name) : state}`);
  const nodes = Array.from(model.nodes());
  const alive = nodes.filter((node) => node.state === 'alive').length;
  const ports = Array.from(model.connections().places()).flatMap((place) => [...place.ports()]);
  const open = ports.reduce((sum, { census }) => sum + census.established, 0);
  const stalled = ports.reduce((sum, { census }) => sum + census.stalled, 0);
  const notReading = stalled === 0 ? '' : `, ${stalled} not reading`;
  const probed = [...model.connections().probes()].map(({ last }) => last?.failure);
  const shut = probed.some((failure) => failure !== undefined) ? ', and no new client gets in' : '';
  return [
    leads.join(', '),
    `${alive} of ${nodes.length} nodes alive; ${open} WebSocket connections${notReading}${shut}`,
  ];
}

/** `scheduler-c11b3_uuid` leads `scheduler`: what tells it from the others is `c11b3`. */
function podOf(holder: string, lease: string): string {
  const [pod = ''] = printable(holder).split('_');
  return pod.startsWith(`${lease}-`) ? pod.slice(lease.length + 1) : pod;
}

function summarise(narrator: Narrator, exporter: Exporter, story: Story, clock: Clock): void {
  const rounds = exporter.signals.recent.rounds();
  const closed = rounds.filter((round) => !round.open);
  narrator.line('');
  tellStatus(narrator, exporter, story, clock);
  narrator.line(`${closed.length} election rounds closed, ${rounds.length - closed.length} open.`);
}
