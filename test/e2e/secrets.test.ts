import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { hashSync } from 'bcryptjs';
import { Agent, request } from 'undici';
import { stringify } from 'yaml';
import { systemClock } from '../../exporter/clock.ts';
import { loadConfig } from '../../exporter/config.ts';
import { describeProblem } from '../../exporter/config-problems.ts';
import { loadKubeAccess } from '../../exporter/kube/credentials.ts';
import { webProblems } from '../../exporter/web/web-settings.ts';
import { Elector } from '../../simulator/actors/elector.ts';
import { type Authority, authority } from '../certificates.ts';
import { type ChildProgram, startProgram, until } from './child-program.ts';
import { simulatedCluster } from './cluster.ts';

/** Every secret that is put somewhere, by where it is put. */
const planted = new Map<string, string>();

function plant(where: string): string {
  const secret = `PLANTED-${where}-${where.length}x7`;
  planted.set(where, secret);
  return secret;
}

/** Of what was written, all that holds a secret, as itself, percent-encoded, or within a base64 of basic credentials. */
function leaks(text: string): readonly string[] {
  return [...planted].flatMap(([where, secret]) => {
    const forms = [secret, encodeURIComponent(secret), ...inBase64(secret)];
    return forms.some((form) => text.includes(form)) ? [where] : [];
  });
}

/** What base64 makes of it, wherever in a group of three bytes it begins. */
function inBase64(secret: string): readonly string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.from(`${' '.repeat(before)}${secret}`).toString('base64');
    return encoded.slice(4, -4);
  });
}

const echoOf = ({ method, url, rawHeaders }: IncomingMessage) =>
  `what was sent: ${method} ${url} ${rawHeaders.join(' ')}`;

/** Refuses everything with these statuses in turn, and repeats what it was sent; takes no CONNECT either. */
async function echo(
  t: TestContext,
  ...statuses: readonly number[]
): Promise<{ url: string; seen: () => number }> {
  let seen = 0;
  const server = createServer((request, response) => {
    const status = statuses[seen++ % statuses.length] ?? 500;
    const message = echoOf(request);
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
  });
  server.on('connect', (request, socket) => {
    seen++;
    socket.end(`HTTP/1.1 407 ${echoOf(request)}\r\n\r\n${echoOf(request)}`);
  });
  server.on('upgrade', (request, socket) => {
    seen++;
    socket.end(`HTTP/1.1 403 Forbidden\r\nx: y\r\n\r\n${echoOf(request)}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('echo: no port');
  return { url: `http://127.0.0.1:${address.port}`, seen: () => seen };
}

/** What a program wrote: its output, and every file in its folder for results. */
function written(program: ChildProgram, results: string): string {
  const files = readdirSync(results).map((name) => readFileSync(join(results, name), 'latin1'));
  return [program.stdout(), program.stderr(), ...files].join('\n');
}

function assertClean(text: string, what: string): void {
  const found = leaks(text);
  const lines = text.split('\n').filter((line) => leaks(line).length > 0);
  assert.deepEqual(found, [], `${what}: ${lines.slice(0, 5).join('\n').slice(0, 2_000)}`);
}

/** Throws what a library might, with a request on it, when a signal asks for it. */
const crash = (secret: string) => `
  process.on('SIGUSR2', () => {
    const error = new Error('a bug');
    error.request = { headers: { authorization: 'Bearer ${secret}' }, url: 'http://me:${secret}@x/' };
    error.cause = Object.assign(new Error('at http://me:${secret}@x/'), { input: '${secret}' });
    throw error;
  });
`;

interface Place {
  readonly ca: Authority;
  readonly secrets: string;
  readonly results: string;
  file(name: string, text: string): string;
}

function place(t: TestContext): Place | undefined {
  const ca = authority(t);
  if (ca === undefined) return undefined;
  const [secrets, results] = [join(ca.folder, 'secrets'), join(ca.folder, 'results')];
  mkdirSync(secrets);
  mkdirSync(results);
  const file = (name: string, text: string) => {
    writeFileSync(join(secrets, name), text);
    return join(secrets, name);
  };
  return { ca, secrets, results, file };
}

const kubeconfig = (server: string, user: object, name = 'tester') =>
  JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'test' },
    clusters: [{ name: 'test', cluster: { server } }],
    users: [{ name, user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: name } }],
  });

/** A whole configuration in which everything that can be a secret is one. */
function configuration(
  { ca, file }: Place,
  urls: { readonly otlp: string; readonly loki: string; readonly proxy: string; readonly probe: string },
): string {
  const client = ca.issue('client');
  planted.set('client-key', client.key.split('\n')[1] ?? '');
  const withUser = (url: string, user: string, path = '') =>
    `${url.replace('//', `//${user}:${plant(`url-${user}`)}@`)}${path}`;
  return stringify({
    otlp: {
      endpoint: withUser(urls.otlp, 'otlp', `?api_key=${plant('url-query')}`),
      headers: { 'x-api-key': plant('otlp-header') },
      headerFiles: { 'x-other-key': file('otlp-key', `${plant('otlp-header-file')}\n`) },
    },
    loki: {
      url: urls.loki,
      basicAuth: { username: 'loki', passwordFile: file('loki', plant('loki-password')) },
      headers: { 'x-token': plant('loki-header') },
    },
    proxy: { http: withUser(urls.proxy, 'proxy'), except: '127.0.0.1' },
    websockets: {
      ports: [1],
      probes: [
        {
          name: 'chat',
          url: `${urls.probe.replace('http', 'ws')}/?token=${plant('probe-query')}`,
          interval: '500ms',
          timeout: '400ms',
          headers: { authorization: `Bearer ${plant('probe-header')}` },
          headerFiles: { 'x-key': file('probe', plant('probe-file')) },
        },
        {
          name: 'tls',
          url: urls.probe.replace('http', 'wss'),
          interval: '500ms',
          timeout: '400ms',
          certFile: client.certFile,
          keyFile: client.keyFile,
        },
      ],
      endpoints: [
        {
          name: 'hub',
          url: `${urls.probe}/metrics?access_token=${plant('endpoint-query')}`,
          kind: 'prometheus',
          connections: 'open',
          interval: '500ms',
          timeout: '400ms',
          headers: { authorization: `Bearer ${plant('endpoint-header')}` },
        },
      ],
    },
  });
}

function webConfiguration({ ca, file }: Place): { readonly path: string; readonly password: string } {
  const server = ca.issue('server');
  planted.set('server-key', server.key.split('\n')[1] ?? '');
  const password = plant('web-password');
  const hash = hashSync(password, 4);
  planted.set('web-hash', hash);
  const token = file('tokens', plant('web-token-of-16-and-more'));
  const key = server.key.trim().replaceAll('\n', '\n    ');
  const text = `tls_server_config:\n  cert_file: ${server.certFile}\n  key: |\n    ${key}\nbasic_auth_users:\n  prometheus: ${hash}\nbearer_token_file: ${token}\n`;
  return { path: file('web.yml', text), password };
}

test('no secret is told, whatever refuses it: logs, metrics, API, outbox, recording and a crash', async (t) => {
  const where = place(t);
  if (where === undefined) return;
  const { results, file } = where;
  const [otlp, proxy, probe] = await Promise.all([
    // A 503 is asked again soon: without it there may be nothing left to send a third time.
    echo(t, 400, 503, 401),
    // Of Loki, too, which nobody reaches but through it.
    echo(t, 407, 400, 401),
    echo(t, 403),
  ]);
  const cluster = await simulatedCluster();
  t.after(() => cluster.close());
  const urls = {
    ...{ otlp: otlp.url, probe: probe.url, proxy: proxy.url },
    loki: 'http://loki.example',
  };
  const config = file('leasewatch.yaml', configuration(where, urls));
  const web = webConfiguration(where);
  const program = startProgram({
    args: [
      ...['run', '--config', config, '--web.config.file', web.path, '--listen', '127.0.0.1:0'],
      ...['--kubeconfig', file('kubeconfig', kubeconfig(cluster.url, { token: plant('kube-token') }))],
      ...['--outbox', join(results, 'outbox.db'), '--record', join(results, 'record')],
    ],
    env: {
      HOME: where.ca.folder,
      OTEL_EXPORTER_OTLP_HEADERS: `x-from-env=${plant('otlp-env')}`,
      NODE_EXTRA_CA_CERTS: where.ca.caFile,
      NODE_OPTIONS: `--import ${file('crash.mjs', crash(plant('crash')))}`,
    },
  });
  t.after(() => program.process.kill('SIGKILL'));
  const url = await program.url();
  await election(t, cluster);
  const seen = () => ({ otlp: otlp.seen(), proxy: proxy.seen(), probe: probe.seen() });
  await until('everybody has refused', () => Object.values(seen()).every((times) => times >= 3));
  t.diagnostic(`refused: ${JSON.stringify(seen())}`);
  const answers = await askEverything(url, where.ca, web.password);
  assert.ok(answers.includes('leasewatch_build_info') && answers.includes('"rounds":[{'));
  file('web.yml', `basic_auth_users: { a: ${plant('broken-web')}, b: [`);
  await until('the broken web configuration was told', async () => {
    await askEverything(url, where.ca, web.password);
    return program.stderr().includes('stays in force');
  });
  program.process.kill('SIGUSR2');
  assert.equal(await program.ended, 70);
  assert.match(program.stderr(), /^leasewatch: a bug: Error: a bug$/m);
  const all = written(program, results);
  for (const part of ['what was sent', 'CREATE TABLE dead_letters', '"recording":"leasewatch observations"'])
    assert.ok(all.includes(part), `nothing was written of: ${part}`);
  assertClean(all + answers, 'what it wrote');
});

/** A round that is traced and told. */
async function election(
  t: TestContext,
  cluster: Awaited<ReturnType<typeof simulatedCluster>>,
): Promise<void> {
  const transport = cluster.transport();
  const times = { durationSeconds: 2, renewDeadlineSeconds: 1.5, retryPeriodSeconds: 0.3 };
  const common = { transport, clock: systemClock(), random: () => 0.1, namespace: 'default', times };
  const [first, second] = ['first', 'second'].map(
    (identity) => new Elector({ ...common, lease: 'x', identity }),
  );
  t.after(async () => {
    for (const elector of [first, second]) elector?.crash();
    await Promise.all([first?.stop(), second?.stop()]);
    await transport.close();
  });
  void first?.start();
  await until('the first leads', () => first?.leading === true);
  void second?.start();
  await pause(1_500);
  first?.crash();
  await until('the second leads', () => second?.leading === true);
}

/** All pages, as one who may see them, and as some who may not. */
async function askEverything(url: string, { ca }: Authority, password: string): Promise<string> {
  const dispatcher = new Agent({ connect: { ca } });
  const answers: string[] = [];
  const guesses = [plant('guessed-password'), plant('guessed-token')];
  const who = [
    `Basic ${Buffer.from(`prometheus:${password}`).toString('base64')}`,
    `Basic ${Buffer.from(`prometheus:${guesses[0]}`).toString('base64')}`,
    `Bearer ${guesses[1]}`,
  ];
  for (const path of ['metrics', 'api/leases', 'api/rounds', 'api/nodes', 'api/connections', 'readyz', ''])
    for (const authorization of who) {
      const { headers, body } = await request(`${url}/${path}`, { headers: { authorization }, dispatcher });
      answers.push(JSON.stringify(headers), await body.text());
    }
  await dispatcher.close();
  return answers.join('\n');
}

test('no secret is told by what checks and prints a configuration, nor by what refuses one', async (t) => {
  const where = place(t);
  if (where === undefined) return;
  const { file } = where;
  const there = 'http://127.0.0.1:9';
  const good = configuration(where, { otlp: there, loki: there, proxy: there, probe: there });
  const web = webConfiguration(where).path;
  const program = startProgram({
    args: ['check', '--config', file('good.yaml', good), '--web.config.file', web],
    env: { HOME: where.ca.folder },
  });
  assert.equal(await program.ended, 0, program.stderr());
  const said = [program.stdout(), program.stderr()];
  const secret = plant('misplaced');
  for (const text of [
    `otlp: { headers: 'Bearer ${secret}' }`,
    `otlp: { headers: [ '${secret}' ] }`,
    `otlp: { headers: { 'a b': '${secret}' } }`,
    `otlp: { headers: { a: "${secret}\\n" } }`,
    `otlp: { headers: { a: *${secret} } }`,
    `otlp: { headers: { a: "${secret} } }`,
    `otlp: { endpoint: 'me:${secret}@host:4318' }`,
    `loki: { url: 'ftp://me:${secret}@host' }`,
    `loki: { basicAuth: { username: 'a', password: '${secret}' } }`,
    `proxy: { http: 'socks5://me:${secret}@host' }`,
    `websockets: { probes: [ { name: a, url: 'wss://me:${secret}@host/' } ] }`,
    `loki:\n  headers:\n    a: ${secret}\n   b: ${secret}\n`,
  ])
    said.push(...problemsOf(file('bad.yaml', text)));
  for (const text of [
    `basic_auth_users: { a: '${secret}' }`,
    `basic_auth_users: { a: *${secret} }`,
    `basic_auth_users: '${secret}'`,
    `tls_server_config: { cert: '${secret}', key: '${secret}' }`,
    `tls_server_config:\n  key: |\n    ${secret}\n  b\n`,
  ])
    said.push(...some(await webProblems(file('bad-web.yml', text))));
  for (const text of [
    `users:\n- name: a\n  user: {token: ${secret}\n contexts: [`,
    `users: *${secret}`,
    kubeconfig(`https://me:${secret}@127.0.0.1:9/`, { token: secret }).replace(
      '"cluster":"test"',
      '"cluster":"other"',
    ),
  ])
    said.push(...some([await whyNoAccess(file('bad-kube', text))]));
  assertClean(said.join('\n'), 'what it said');
});

function problemsOf(path: string): readonly string[] {
  const loaded = loadConfig({ flags: {}, env: {}, file: path });
  return some(loaded.kind === 'invalid' ? loaded.problems.map(describeProblem) : []);
}

async function whyNoAccess(path: string): Promise<string> {
  const loaded = await loadKubeAccess({ kubeconfig: path });
  return loaded.kind === 'error' ? loaded.why : '';
}

/** What is wrong must be told at all. */
function some(told: readonly string[]): readonly string[] {
  assert.ok(told.length > 0 && !told.includes(''), 'nothing was told');
  return told;
}

test('no secret is told when the API server repeats it, a plugin prints it, or the proxy refuses it', async (t) => {
  const where = place(t);
  if (where === undefined) return;
  const { file, results } = where;
  const server = await echo(t, 401, 403, 500);
  const token = plant('api-token');
  const exec = (script: string) => ({
    exec: {
      ...{ apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never' },
      ...{ command: 'sh', args: ['-c', script] },
    },
  });
  const [user, password] = ['api-user', plant('api-password')];
  const configs = [
    kubeconfig(server.url, { token }),
    kubeconfig(server.url, { username: user, password }),
    kubeconfig(server.url, exec(`echo 'token: ${plant('exec-token')}'`)),
    kubeconfig(server.url.replace('//', `//me:${plant('api-url')}@`), { token }),
    kubeconfig('https://127.0.0.1:9', { token }).replace(
      '"server"',
      `"proxy-url":"${server.url.replace('//', `//me:${plant('api-proxy')}@`)}","server"`,
    ),
  ];
  for (const [index, text] of configs.entries()) {
    const program = startProgram({
      args: [
        ...['run', '--listen', '127.0.0.1:0', '--outbox', 'off', '--log-level', 'debug'],
        ...['--kubeconfig', file('kube', text), '--record', join(results, `record-${index}`)],
      ],
      env: { HOME: where.ca.folder },
    });
    t.after(() => program.process.kill('SIGKILL'));
    const url = await program.url();
    await until('it says why it is blind', () => /source leases/.test(program.stderr()));
    await pause(300);
    const metrics = await (await fetch(`${url}/readyz`)).text();
    program.process.kill('SIGTERM');
    assert.equal(await program.ended, 0);
    t.diagnostic(/source leases.*/.exec(program.stderr())?.[0] ?? '');
    assertClean(written(program, results) + metrics, `with credentials ${index}`);
  }
});
