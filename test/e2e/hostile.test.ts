import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { hashSync } from 'bcryptjs';
import { z } from 'zod';
import { type ChildProgram, startProgram, until } from './child-program.ts';
import { simulatedCluster } from './cluster.ts';

const login = 'prometheus:open sesame';
const authorization = `Basic ${Buffer.from(login).toString('base64')}`;
/** Connections that leasewatch holds at most. */
const mostKept = 512;
const client = join(import.meta.dirname, 'hostile-client.ts');

/** The program as one would run it, with a password. */
async function start(t: TestContext): Promise<{ program: ChildProgram; url: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-hostile-'));
  const cluster = await simulatedCluster();
  t.after(async () => {
    await cluster.close();
    rmSync(folder, { recursive: true });
  });
  const [kubeconfig, web] = [join(folder, 'kubeconfig'), join(folder, 'web.yml')];
  writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  writeFileSync(web, `basic_auth_users:\n  prometheus: ${hashSync('open sesame', 10)}\n`);
  const program = startProgram({
    args: [
      ...['run', '--listen', '127.0.0.1:0', '--kubeconfig', kubeconfig],
      ...['--web.config.file', web, '--outbox', 'off'],
    ],
    // As in a container with a small limit: who keeps what strangers send dies of it.
    env: { HOME: folder, NODE_OPTIONS: '--max-old-space-size=128' },
  });
  t.after(async () => {
    program.process.kill('SIGKILL');
    await program.ended;
  });
  const url = await program.url();
  await until('ready', async () => (await fetch(`${url}/readyz`)).status === 200);
  return { program, url };
}

interface Scrape {
  readonly status: number | undefined;
  readonly ms: number;
}

function scrape(url: string, agent: Agent | false): Promise<Scrape> {
  const began = performance.now();
  return new Promise((resolve) => {
    const end = (status: number | undefined) => resolve({ status, ms: performance.now() - began });
    request(`${url}/metrics`, { agent, headers: { authorization } }, (response) => {
      response.resume().on('end', () => end(response.statusCode));
    })
      .on('error', () => end(undefined))
      .end();
  });
}

/** Scrapes until it is stopped: on a connection that it keeps, or on a new one each time. */
function scraping(t: TestContext, url: string, keepAlive: boolean, everyMs: number) {
  const agent = keepAlive ? new Agent({ keepAlive, maxSockets: 1 }) : false;
  const scrapes: Scrape[] = [];
  let over = false;
  t.after(() => {
    over = true;
  });
  const running = (async () => {
    while (!over) {
      scrapes.push(await scrape(url, agent));
      await pause(everyMs);
    }
  })();
  return {
    scrapes,
    async stop() {
      over = true;
      await running;
      if (agent !== false) agent.destroy();
    },
  };
}

const result = z.looseObject({
  sent: z.number(),
  open: z.number().optional(),
  ended: z.number().optional(),
  heard: z.array(z.string()).optional(),
});
type Result = z.infer<typeof result>;

/** Runs one attack, and keeps what it holds until `meanwhile` is done. */
async function attack(url: string, name: string, count: number, meanwhile = async () => {}): Promise<Result> {
  const attacker = spawn(
    process.execPath,
    [client, new URL(url).port, name, String(count), String(mostKept)],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const told = await firstLine(attacker);
  await meanwhile();
  attacker.stdin.end();
  await once(attacker, 'close');
  return result.parse(JSON.parse(told));
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of stdout?.setEncoding('utf8') ?? []) {
    text += chunk;
    if (text.includes('\n')) break;
  }
  return text;
}

function secondsSince(began: number): string {
  return ((performance.now() - began) / 1000).toFixed(1);
}

/** In MiB. */
function memory({ process: { pid } }: ChildProgram, what: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
}

/** Half of what this process may open: a connection here is one there. */
function mostConnections(): number {
  const limit = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return Math.min(10_000, Number(limit ?? 1_024) - 1_000);
}

const traces = /node:internal|node_modules|\.[jt]s:\d+|\n {4}at |root:x:|"name": "leasewatch"/;

test('a program under attack goes on answering its scraper, tells nothing, and does not grow', async (t) => {
  const { program, url } = await start(t);
  const kept = scraping(t, url, true, 50);
  const fresh = scraping(t, url, false, 100);
  await until('scraped', async () => kept.scrapes.length > 5 && fresh.scrapes.length > 5);
  const before = memory(program, 'VmRSS');
  const connections = mostConnections();
  const after: number[] = [];
  for (let round = 0; round < 2; round++) {
    const loris = round === 0 ? attack(url, 'loris', 200) : undefined;
    for (const [name, count] of [
      ['malformed', 1],
      ['headers', 50],
      ['traversal', 1],
      ['ahead', 100],
      ['passwords', 50],
    ] as const) {
      const began = performance.now();
      const { heard = [], sent } = await attack(url, name, count);
      assert.ok(sent > 0 && !heard.some((text) => traces.test(text)), `${name}: ${heard.join('\n')}`);
      const statuses = heard.map((text) => /HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 'nothing');
      assert.ok(!statuses.some((status) => /^[25]00$/.test(status)), `${name}: ${statuses}`);
      t.diagnostic(`${name}: ${sent} in ${secondsSince(began)} s, ${[...new Set(statuses)].join(', ')}`);
    }
    assert.equal(
      (await loris)?.ended ?? 200,
      200,
      'a head that does not end within 10 s ends the connection',
    );
    const began = performance.now();
    const held = await attack(url, 'hold', connections, () => pause(1_000));
    t.diagnostic(
      `hold: ${held.sent} opened, ${held.ended} of them ended by leasewatch, in ${secondsSince(began)} s`,
    );
    assert.ok((held.ended ?? 0) >= connections - mostKept, JSON.stringify(held));
    after.push(memory(program, 'VmRSS'));
  }
  await Promise.all([kept.stop(), fresh.stop()]);
  for (const [name, { scrapes }] of Object.entries({ kept, fresh })) {
    const slowest = Math.max(...scrapes.map(({ ms }) => ms));
    t.diagnostic(`${name}: ${scrapes.length} scrapes, the slowest took ${slowest.toFixed(0)} ms`);
    assert.deepEqual(new Set(scrapes.map(({ status }) => status)), new Set([200]), name);
    assert.ok(slowest < 10_000, `${name}: Prometheus gives a scrape ten seconds`);
    assert.ok(scrapes.length > 50, `${name}: ${scrapes.length} scrapes`);
  }
  const [first = 0, second = 0] = after;
  const sizes = [before, first, second, memory(program, 'VmHWM')].map((size) => size.toFixed(0));
  t.diagnostic(
    `MiB: ${sizes[0]} before, ${sizes[1]} after a round, ${sizes[2]} after another, ${sizes[3]} at most`,
  );
  assert.ok(second - first < 48, `it grew from ${first} to ${second} MiB in the second round`);
  assert.ok(
    memory(program, 'VmHWM') - before < 96,
    `from ${before} to ${memory(program, 'VmHWM')} MiB at most`,
  );
  assert.equal(program.process.exitCode, null);
  assert.doesNotMatch(program.stderr(), traces);
});
