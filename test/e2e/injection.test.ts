import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { readText } from '../../exporter/kube/transport.ts';
import { MisbehavingReceiver } from '../misbehaving-receiver.ts';
import { needTool } from '../tool.ts';
import { startProgram, until } from './child-program.ts';
import { simulatedCluster } from './cluster.ts';

/** What whoever may write a Lease can put into it, by what it tries. */
const hostile: Readonly<Record<string, string>> = {
  'a-colour': '\u001b[31mred\u001b[0m',
  'a-title': '\u001b]0;owned\u0007',
  'a-c1': '\u009b2J\u0090x\u009c',
  'another-line': 'a\nleasewatch_lease_state{lease="forged"} 1\n# EOF\n',
  'a-return': 'good\rbad\u0008\u0008\u0008',
  'a-log-line': 'x\n2026-01-01T00:00:00Z error forged line\n{"level":"error","message":"forged"}',
  'a-quote': '"} 1 # {trace_id="forged"} \\',
  'a-direction': 'txt.\u202eexe\u2066 \u200b\u200f\ufeff',
  'a-separator': 'a\u2028b\u2029c\u0085d',
  'a-surrogate': 'half \ud83d and \udc00',
  'a-script': '</script><img src=x onerror=alert(1)>',
  'a-formula': '=cmd|/c calc!A1',
  'a-format': `%s%n%d $${'{'}jndi:ldap://x/y} {{7*7}} $(id)`,
  'a-nul': 'a\u0000b',
  'a-mark': '`| [x](javascript:alert(1)) **b**',
  'a-megabyte': 'x'.repeat(200_000),
};

/** Control characters but line ends, and marks of direction or without a width; halves of pairs are found as U+FFFD. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

function assertHarmless(text: string, what: string): void {
  const at = text.replaceAll('\n', ' ').search(unprintable);
  const near = JSON.stringify(text.slice(Math.max(0, at - 40), at + 40));
  assert.equal(at, -1, `${what}: U+${text.codePointAt(Math.max(at, 0))?.toString(16)} near ${near}`);
}

/** What a program finds that reads the JSON: escapes are none any more, and it may print what it reads. */
function assertHarmlessValues(json: string, what: string): void {
  JSON.parse(json, (key, value: unknown) => {
    assert.doesNotMatch(key, unprintable, what);
    if (typeof value === 'string')
      assert.doesNotMatch(value, unprintable, `${what}: ${JSON.stringify(value)}`);
    return value;
  });
}

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

type Cluster = Awaited<ReturnType<typeof simulatedCluster>>;

/** Who writes what no elector would. */
function writer(t: TestContext, cluster: Cluster) {
  const transport = cluster.transport();
  t.after(() => transport.close());
  const signal = new AbortController().signal;
  const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
  const versions = new Map<string, string>();
  const send = async (method: 'POST' | 'PUT', name: string, holder: string) => {
    const now = new Date().toISOString().replace('Z', '000Z');
    const spec = { holderIdentity: holder, leaseDurationSeconds: 15, acquireTime: now, renewTime: now };
    const resourceVersion = versions.get(name);
    const metadata = {
      name,
      labels: { app: 'x' },
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
    const body = JSON.stringify({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec });
    const headers = { 'content-type': 'application/json' };
    const path = method === 'POST' ? leases : `${leases}/${name}`;
    const answer = await transport.request({ method, path, body, headers, signal });
    const told = written.safeParse(JSON.parse(await readText(answer.body)));
    if (told.success) versions.set(name, told.data.metadata.resourceVersion);
    return answer.status;
  };
  return {
    create: (name: string, holder: string) => send('POST', name, holder),
    put: (name: string, holder: string) => send('PUT', name, holder),
  };
}

const written = z.object({ metadata: z.object({ resourceVersion: z.string() }) });

interface Running {
  readonly folder: string;
  readonly loki: MisbehavingReceiver;
  readonly otlp: MisbehavingReceiver;
  readonly cluster: Cluster;
  start(format: 'text' | 'json'): ReturnType<typeof startProgram>;
}

async function surroundings(t: TestContext): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-injection-'));
  const [cluster, otlp, loki] = await Promise.all([
    simulatedCluster(),
    MisbehavingReceiver.start(),
    MisbehavingReceiver.start(),
  ]);
  t.after(async () => {
    await Promise.all([cluster.close(), otlp.stop(), loki.stop()]);
    rmSync(folder, { recursive: true });
  });
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  return {
    ...{ folder, cluster, otlp, loki },
    start(format) {
      const program = startProgram({
        args: [
          ...['run', '--listen', '127.0.0.1:0', '--kubeconfig', kubeconfig, '--log-format', format],
          ...['--outbox', join(folder, `${format}.db`)],
          ...['--otlp-endpoint', otlp.url, '--loki-url', loki.url],
        ],
        env: { HOME: folder },
      });
      t.after(() => program.process.kill('SIGKILL'));
      return program;
    },
  };
}

test('names from the cluster inject nothing into logs, metrics, traces, the API or the terminal', async (t) => {
  const promtool = needTool(t, 'promtool');
  if (promtool === undefined) return;
  const { folder, cluster, otlp, loki, start } = await surroundings(t);
  const programs = [start('text'), start('json')];
  const [text, json] = programs;
  assert.ok(text !== undefined && json !== undefined);
  const urls = await Promise.all(programs.map((program) => program.url()));
  await until('ready', async () => (await fetch(`${urls[0]}/readyz`)).status === 200);
  const { create, put } = writer(t, cluster);
  const names = Object.keys(hostile);
  for (const [index, name] of names.entries()) {
    const [holder = '', heir = ''] = [hostile[name], hostile[names[(index + 1) % names.length] ?? '']];
    assert.equal(await create(name, holder), 201, name);
    for (const who of [holder, heir, heir]) assert.equal(await put(name, who), 200, name);
  }
  const closed = (said: string, name: string) =>
    said.split(`lease default/${name}: round closed, elected`).length >= 2;
  await until('every lease had a round', () =>
    programs.every((program) => names.every((name) => closed(program.stderr(), name))),
  );

  for (const said of [text.stderr(), json.stderr(), await (await fetch(`${urls[0]}/api/leases`)).text()])
    assert.ok(said.includes('onerror=alert(1)') && said.includes('[31mred'), 'it is told at all');
  for (const line of lines(text.stderr())) {
    assertHarmless(line, 'a line of the log');
    assert.match(
      line,
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z (info|warn|error|debug) /,
      line.slice(0, 200),
    );
    assert.ok(line.length < 5_000, `a line of ${line.length} characters`);
  }
  for (const line of lines(json.stderr())) {
    assertHarmless(line, 'a line of the log as JSON');
    assertHarmlessValues(line, 'a field of the log');
  }

  for (const accept of ['text/plain', 'application/openmetrics-text']) {
    const page = await fetch(`${urls[0]}/metrics`, { headers: { accept, 'accept-language': '' } });
    const bytes = new TextDecoder('utf-8', { fatal: true }).decode(await page.arrayBuffer());
    assertHarmless(bytes, accept);
    const wrong = lines(bytes).filter(
      (line) => !/^(# (HELP|TYPE|UNIT|EOF)\b.*|\w+(\{.*\})? [-+.\w]+( # .*)?)$/.test(line),
    );
    assert.deepEqual(wrong, []);
    assert.ok(!/lease="forged"/.test(bytes));
    if (accept !== 'text/plain') continue;
    const checked: { status: number | null; stdout: string; stderr: string } = spawnSync(
      promtool,
      ['check', 'metrics'],
      { input: bytes, encoding: 'utf8' },
    );
    assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  }

  for (const path of ['api/leases', 'api/rounds', 'api/nodes', 'api/connections', 'api/policies']) {
    const answer = await fetch(`${urls[0]}/${path}`);
    assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8');
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    const told = await answer.text();
    assertHarmless(told, path);
    assertHarmlessValues(told, path);
  }

  await until('lines and spans arrived', () => otlp.received.length > 0 && loki.received.length > 0);
  for (const { body } of [...otlp.received, ...loki.received]) {
    assertHarmless(body, 'what was pushed');
    assertHarmlessValues(body, 'what was pushed');
  }

  for (const args of [
    ['leases'],
    ['leases', '-o', 'wide'],
    ['leases', '-o', 'json'],
    ['leases', '-o', 'yaml'],
    ...names.slice(0, 4).map((name) => ['explain', `default/${name}`]),
  ]) {
    const program = startProgram({ args: [...args, '--url', urls[0] ?? ''], env: { HOME: folder } });
    await program.ended;
    assert.ok(program.stdout() !== '', `${args.join(' ')}: ${program.stderr()}`);
    assertHarmless(program.stdout() + program.stderr(), args.join(' '));
  }
});
