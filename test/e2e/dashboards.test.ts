import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { dashboardFile, type Told, targetsOf } from '../../dashboards/lint/model.ts';
import { quiet } from '../../dashboards/quiet.ts';
import { type Chat, startChat } from '../../simulator/actors/chat.ts';
import { seededRandom } from '../../simulator/random.ts';
import { answer, MisbehavingReceiver } from '../misbehaving-receiver.ts';
import { needTool } from '../tool.ts';
import { startProgram, until } from './child-program.ts';
import { type App, startInstrumentedApp } from './instrumented-app.ts';
import { type Daemon, startPrometheus } from './monitoring.ts';
import { hasData, tracesBeside } from './panel-queries.ts';
import { scaledRules } from './scaled-rules.ts';

const folder = join(import.meta.dirname, '../../dashboards/json');
const dashboards = globSync('*.json', { cwd: folder })
  .sort()
  .map((name) => dashboardFile.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))));

interface Asked extends Told {
  readonly dashboard: string;
}

const asked: readonly Asked[] = dashboards.flatMap((dashboard) =>
  targetsOf(dashboard)
    .filter(({ target }) => target.datasource.type === 'prometheus')
    .map((told) => ({ ...told, dashboard: dashboard.uid })),
);

const isQuiet = ({ dashboard, panel, target }: Asked) =>
  quiet.some(
    (each) => each.dashboard === dashboard && each.panel === panel?.id && each.refId === target.refId,
  );
const named = ({ dashboard, where }: Asked) => `${dashboard}: ${where}`;

/** Two leaders die, one hands over and connections drop, all within half a minute. */
const seed = '21';

interface Stack {
  readonly chat: Chat;
  readonly prometheus: Daemon;
  readonly traces: MisbehavingReceiver;
  readonly logs: MisbehavingReceiver;
}

/** The demo as a user starts it, with receivers for all that it pushes, and a Prometheus. */
async function startStack(t: TestContext, program: string): Promise<Stack> {
  const home = mkdtempSync(join(tmpdir(), 'leasewatch-dashboards-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  // Away at first, so that something has to wait in the outbox.
  const away = answer(503, { 'retry-after': '10' });
  const [traces, logs] = [await MisbehavingReceiver.start(), await MisbehavingReceiver.start(away)];
  t.after(() => Promise.all([traces.stop(), logs.stop()]));
  const config = join(home, 'leasewatch.yaml');
  const policies = [
    { match: { namespace: 'shop', name: 'till' }, expect: 'held', grace: '5s', team: 'shop' },
  ];
  writeFileSync(config, stringify({ otlp: { endpoint: traces.url }, loki: { url: logs.url }, policies }));
  const args = ['demo', '--listen', '127.0.0.1:0', '--chaos', seed, '--config', config];
  const demo = startProgram({ args, env: { HOME: home } });
  t.after(() => demo.process.kill('SIGKILL'));
  const app = await startInstrumentedApp();
  t.after(() => app.close());
  const { chat, url } = await startSidecar(t, home, app);
  const parts = { rules: scaledRules(15), target: await demo.url(), others: [url, app.url] };
  const prometheus = await startPrometheus(program, home, parts);
  t.after(() => prometheus.close());
  return { chat, prometheus, traces, logs };
}

/** Both count with one voice here; a proxy that nobody finds counts nothing. */
function endpointsOf(app: App) {
  const counts = { url: `${app.url}/metrics`, interval: '2s' };
  const connections = 'leasewatch_websocket_app_connections';
  return [
    { name: 'app', side: 'app', connections, ...counts },
    { name: 'proxy', connections, total: 'leasewatch_websocket_app_handshakes_total', ...counts },
    { name: 'lost', connections, url: 'http://127.0.0.1:1/', interval: '2s' },
  ];
}

/** A chat, and leasewatch beside it: it counts its connections and probes it. */
async function startSidecar(t: TestContext, home: string, app: App) {
  const chat = await startChat({ random: seededRandom(1), clients: 10 });
  t.after(() => chat.stop());
  const config = join(home, 'sidecar.yaml');
  const probes = [{ name: 'chat', url: `ws://127.0.0.1:${chat.port}/`, interval: '3s', pingInterval: '1s' }];
  writeFileSync(
    config,
    stringify({ mode: 'sidecar', websockets: { ports: [chat.port], probes, endpoints: endpointsOf(app) } }),
  );
  const args = ['run', '--listen', '127.0.0.1:0', '--outbox', 'off', '--config', config];
  const sidecar = startProgram({ args, env: { HOME: home } });
  t.after(() => sidecar.process.kill('SIGKILL'));
  return { chat, url: await sidecar.url() };
}

test('every query of every panel returns data from a real Prometheus, and the exemplars lead to traces that were sent', async (t) => {
  const program = needTool(t, 'prometheus');
  if (program === undefined) return;
  const stack = await startStack(t, program);
  let left = asked.filter((each) => !isQuiet(each));
  assert.ok(left.length > 20);
  let looks = 0;
  await until('every panel had data', () => nothingLeft(), 50_000, 1000).catch(() => {});
  assert.deepEqual(left.map(named), [], 'these queries returned nothing');
  for (const each of asked.filter(isQuiet)) await hasData(stack.prometheus, each);
  await assertExemplars(stack);

  async function nothingLeft(): Promise<boolean> {
    // The held connection of the probe is among those that end; between two ends it has time for pings.
    if (looks++ % 6 === 5) stack.chat.drop(1);
    const answered = await Promise.all(left.map((each) => hasData(stack.prometheus, each)));
    left = left.filter((_, index) => answered[index] === false);
    return left.length === 0;
  }
});

/** Its exemplars come where a fall of connections and a round meet in one process: test/scenarios/socket-incident.txt. */
const besideARound = 'leasewatch-websockets: How long connections lived (A)';

async function assertExemplars({ prometheus, traces, logs }: Stack): Promise<void> {
  const exemplary = asked.filter(
    (each) => each.target.exemplar === true && !isQuiet(each) && named(each) !== besideARound,
  );
  assert.ok(exemplary.length > 0);
  const sent = traces.received.map(({ body }) => body).join('');
  const told = logs.received.map(({ body }) => body).join('');
  for (const each of exemplary) {
    const found = await tracesBeside(prometheus, each);
    assert.ok(found.length > 0, `${named(each)} has no exemplars`);
    for (const trace of found) {
      assert.match(trace, /^[0-9a-f]{32}$/);
      assert.ok(sent.includes(trace), `${named(each)}: trace ${trace} was not sent`);
      assert.ok(told.includes(trace), `${named(each)}: no line tells of trace ${trace}`);
    }
  }
}

test('every query that is listed as quiet is there, and something feeds it', () => {
  for (const each of quiet) {
    const { dashboard, panel, refId, scenario } = each;
    const found = asked.find((one) => isQuiet(one) && one.dashboard === dashboard && one.panel?.id === panel);
    assert.ok(found !== undefined, `${dashboard} has no query ${panel} ${refId}`);
    if (scenario === undefined) continue;
    const story = readFileSync(join(import.meta.dirname, '../scenarios', `${scenario}.txt`), 'utf8');
    const metrics = [...(found.target.expr ?? '').matchAll(/leasewatch_(\w+)/g)].map(
      ([, name]) => name ?? '',
    );
    const told = metrics.filter((name) => story.includes(`metric ${name.replace(/_bucket$/, '')}`));
    assert.ok(told.length > 0, `${scenario} tells none of ${metrics.join(', ')}`);
  }
});
