import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { until } from './child-program.ts';

const webhook = z.object({
  receiver: z.string(),
  status: z.enum(['firing', 'resolved']),
  alerts: z.array(
    z.object({
      status: z.string(),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
    }),
  ),
});

/** One alert as a webhook of Alertmanager brings it. */
export type Page = z.infer<typeof webhook>['alerts'][number];

/** What came at once: a group of alerts for one receiver. */
export type Notice = z.infer<typeof webhook>;

/** Somebody who is paged: keeps what arrives. */
export interface Pager {
  readonly url: string;
  readonly pages: readonly Page[];
  readonly notices: readonly Notice[];
  close(): Promise<void>;
}

export async function startPager(): Promise<Pager> {
  const pages: Page[] = [];
  const notices: Notice[] = [];
  const server = createServer((request, response) => {
    json(request).then(
      (body) => {
        const notice = webhook.parse(body);
        notices.push(notice);
        pages.push(...notice.alerts);
        response.end();
      },
      () => response.writeHead(400).end(),
    );
  });
  const port = await portOf(server);
  return {
    url: `http://127.0.0.1:${port}/`,
    pages,
    notices,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function portOf(server: Pick<Server, 'listen' | 'address'>): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('monitoring: no port');
  return address.port;
}

/** A port that was free just now: these servers cannot be told to choose one and say which. */
async function freePort(): Promise<number> {
  const server = createNetServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('monitoring: no port');
  return address.port;
}

export interface Daemon {
  readonly url: string;
  close(): Promise<void>;
}

/** Everything goes to the pager at once, unless `configuration` says more. */
export async function startAlertmanager(
  program: string,
  folder: string,
  pager: Pager,
  configuration?: string,
): Promise<Daemon> {
  const config = join(folder, 'alertmanager.yaml');
  const route = {
    receiver: 'pager',
    group_by: ['...'],
    group_wait: '0s',
    group_interval: '1s',
    repeat_interval: '1h',
  };
  const receivers = [{ name: 'pager', webhook_configs: [{ url: pager.url, send_resolved: true }] }];
  writeFileSync(config, configuration ?? JSON.stringify({ route, receivers }));
  return daemon(program, (listen) => [
    `--config.file=${config}`,
    `--storage.path=${join(folder, 'alertmanager')}`,
    `--web.listen-address=${listen}`,
    '--cluster.listen-address=',
  ]);
}

export interface PrometheusParts {
  readonly rules: string;
  readonly target: string;
  /** Scraped beside it. */
  readonly others?: readonly string[];
  /** Without one nobody is paged. */
  readonly alertmanager?: string;
}

export async function startPrometheus(
  program: string,
  folder: string,
  parts: PrometheusParts,
): Promise<Daemon> {
  const host = (url: string) => new URL(url).host;
  const rules = join(folder, 'rules.yaml');
  const config = join(folder, 'prometheus.yaml');
  const managers = parts.alertmanager === undefined ? [] : [parts.alertmanager];
  const targets = [parts.target, ...(parts.others ?? [])].map(host);
  writeFileSync(rules, parts.rules);
  const settings = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [rules],
    alerting: { alertmanagers: [{ static_configs: [{ targets: managers.map(host) }] }] },
    scrape_configs: [{ job_name: 'leasewatch', honor_labels: true, static_configs: [{ targets }] }],
  };
  writeFileSync(config, JSON.stringify(settings));
  return daemon(program, (listen) => [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'prometheus')}`,
    // It finds Alertmanager some seconds after its first alert, and would not send that again for a minute.
    '--rules.alert.resend-delay=1s',
    '--enable-feature=exemplar-storage',
    `--web.listen-address=${listen}`,
  ]);
}

/** A server that is told where to listen, and says at `/-/ready` when it is there. */
export async function daemon(program: string, args: (listen: string) => readonly string[]): Promise<Daemon> {
  const listen = `127.0.0.1:${await freePort()}`;
  const child = spawn(program, args(listen), { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  const url = `http://${listen}`;
  try {
    await until(`${program} is ready`, () => isReady(url, child));
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`monitoring: ${program}:\n${said}`, { cause: error });
  }
  return { url, close: () => end(child) };
}

async function isReady(url: string, child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
  try {
    return (await fetch(`${url}/-/ready`)).ok;
  } catch {
    return false;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

const answer = z.object({
  data: z.object({
    result: z.array(
      z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
    ),
  }),
});

/** The series that a query has now. */
export async function query(prometheus: Daemon, promql: string) {
  const response = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(promql)}`);
  return answer.parse(await response.json()).data.result;
}
