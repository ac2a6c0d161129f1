import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { needTool } from '../tool.ts';
import { until } from './child-program.ts';

/** Real proxies in front of WebSocket servers, on free ports of the loopback address. */
export interface Front {
  readonly port: number;
  /** Ends it before the test does. */
  stop(): Promise<void>;
}

export interface MeasuredFront extends Front {
  /** Where its own metrics are. */
  readonly metrics: string;
}

/** nginx, or undefined after saying that the test was skipped. `balance` is a line such as `ip_hash;`. */
export async function startNginx(
  t: TestContext,
  backends: readonly number[],
  balance = '',
): Promise<Front | undefined> {
  const nginx = needTool(t, 'nginx');
  if (nginx === undefined) return undefined;
  const port = await freePort();
  const { folder, config } = written(t, 'nginx.conf', nginxConfig(port, backends, balance));
  const child = spawn(nginx, ['-p', folder, '-c', config, '-e', 'stderr'], { stdio: 'ignore' });
  return { port, stop: await started(t, child, port) };
}

function nginxConfig(port: number, backends: readonly number[], balance: string): string {
  return `
daemon off;
worker_processes 1;
pid nginx.pid;
events { worker_connections 200; }
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  upstream chat { ${balance} ${backends.map((each) => `server 127.0.0.1:${each} max_fails=0;`).join(' ')} }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://chat;
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
    }
  }
}
`;
}

/** haproxy, or undefined after saying that the test was skipped. `cookie`: clients stay where they were. */
export async function startHaproxy(
  t: TestContext,
  backends: readonly number[],
  cookie = false,
): Promise<MeasuredFront | undefined> {
  const haproxy = needTool(t, 'haproxy');
  if (haproxy === undefined) return undefined;
  const [port, statistics] = [await freePort(), await freePort()];
  const servers = backends.map(
    (each) => `  server s${each} 127.0.0.1:${each}${cookie ? ` cookie s${each}` : ''}`,
  );
  const { config } = written(
    t,
    'haproxy.cfg',
    `
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  timeout tunnel 1h
frontend front
  bind 127.0.0.1:${port}
  default_backend chat
frontend statistics
  bind 127.0.0.1:${statistics}
  http-request use-service prometheus-exporter
backend chat
  balance roundrobin
${cookie ? '  cookie SERVER insert indirect nocache\n' : ''}${servers.join('\n')}
`,
  );
  const stop = await started(t, spawn(haproxy, ['-db', '-f', config], { stdio: 'ignore' }), port);
  return { port, stop, metrics: `http://127.0.0.1:${statistics}/metrics` };
}

function written(t: TestContext, name: string, text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-front-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const config = join(folder, name);
  writeFileSync(config, text);
  return { folder, config };
}

async function started(t: TestContext, child: ChildProcess, port: number): Promise<() => Promise<void>> {
  const exit = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await exit;
  };
  t.after(stop);
  await until(`${child.spawnfile} listens`, () => {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`);
    return canConnect(port);
  });
  return stop;
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** A port that was free just now: proxies cannot be told to choose one and say which. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('front: no port');
  return address.port;
}
