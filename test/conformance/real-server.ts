import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { type ClosableTransport, undiciTransport } from '../../exporter/kube/undici.ts';

/** A real kube-apiserver with an etcd of its own, on loopback, for one test run. */
export interface RealServer {
  readonly url: string;
  /** Of a user who may do everything. */
  readonly token: string;
  /** PEM of the certificate that the server signed itself. */
  readonly certificate: string;
  /** Requests with the token; closing it leaves the server alone. */
  transport(): ClosableTransport;
  /** Has etcd forget its history and starts the server anew, which empties its watch cache. */
  forgetHistory(): Promise<void>;
  /** Ends the API server; etcd stays, and with it everything that is stored. */
  stop(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  /** Ends both processes and removes their folder. */
  close(): Promise<void>;
}

const startMs = 60_000;
const endMs = 20_000;

/** Starts `etcd` and `kube-apiserver` from the folder `assets` (the convention of envtest). */
export async function startRealServer(
  assets: string,
  extraFlags: readonly string[] = [],
): Promise<RealServer> {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-kube-'));
  const token = randomBytes(16).toString('hex');
  writeKeys(folder, token);
  const etcdUrl = `http://127.0.0.1:${await freePort()}`;
  const port = await freePort();
  const etcd = run(folder, join(assets, 'etcd'), etcdFlags(folder, etcdUrl));
  const apiserver = (): ChildProcess =>
    run(folder, join(assets, 'kube-apiserver'), [...apiserverFlags(folder, etcdUrl, port), ...extraFlags]);
  const url = `https://127.0.0.1:${port}`;
  let server: ChildProcess | undefined;

  async function close(): Promise<void> {
    await stop();
    await end(etcd);
    rmSync(folder, { recursive: true, force: true });
  }
  async function start(): Promise<void> {
    server = apiserver();
    await ready(folder, server, url, token);
  }
  async function stop(): Promise<void> {
    if (server !== undefined) await end(server);
  }
  async function forgetHistory(): Promise<void> {
    await compact(etcdUrl);
    await stop();
    await start();
  }

  try {
    await ready(folder, etcd, etcdUrl, '', '/health');
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  const certificate = readFileSync(join(folder, 'apiserver.crt'), 'utf8');
  const transport = (): ClosableTransport => secureTransport(url, token, certificate);
  return { url, token, certificate, transport, forgetHistory, stop, start, close };
}

function secureTransport(server: string, token: string, ca: string): ClosableTransport {
  const headers = { authorization: `Bearer ${token}` };
  const dispatcher = new Agent({ connect: { ca } });
  return undiciTransport({ server, dispatcher, headers: async () => headers });
}

function writeKeys(folder: string, token: string): void {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  writeFileSync(join(folder, 'sa.key'), privateKey, { mode: 0o600 });
  writeFileSync(join(folder, 'sa.pub'), publicKey);
  writeFileSync(join(folder, 'tokens.csv'), `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
}

function etcdFlags(folder: string, url: string): readonly string[] {
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    '--listen-peer-urls=http://127.0.0.1:0',
    '--unsafe-no-fsync',
  ];
}

function apiserverFlags(folder: string, etcdUrl: string, port: number): readonly string[] {
  return [
    `--etcd-servers=${etcdUrl}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    '--endpoint-reconciler-type=none',
    `--cert-dir=${folder}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(folder, 'sa.pub')}`,
    `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.0.0.0/24',
    '--disable-admission-plugins=ServiceAccount',
    // An open watch would hold the end up for a minute.
    '--shutdown-watch-termination-grace-period=1s',
  ];
}

/** Output goes to a file, so that no full pipe can stop the process. */
function run(folder: string, program: string, flags: readonly string[]): ChildProcess {
  const log = openSync(logOf(folder), 'a');
  const child = spawn(program, [...flags], { cwd: folder, stdio: ['ignore', log, log] });
  closeSync(log);
  // A program that cannot be started shows as one that has ended.
  child.on('error', () => {});
  return child;
}

const logOf = (folder: string): string => join(folder, 'log');

async function ready(
  folder: string,
  child: ChildProcess,
  url: string,
  token: string,
  path = '/readyz',
): Promise<void> {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const deadline = performance.now() + startMs;
  try {
    while (!(await answers(`${url}${path}`, token, dispatcher))) {
      if (child.pid === undefined || child.exitCode !== null || performance.now() > deadline) {
        const log = readFileSync(logOf(folder), 'utf8').slice(-2000);
        throw new Error(`real server: ${child.spawnfile} did not become ready:\n${log}`);
      }
      await pause(100);
    }
  } finally {
    await dispatcher.destroy();
  }
}

async function answers(url: string, token: string, dispatcher: Agent): Promise<boolean> {
  const headers = token === '' ? {} : { authorization: `Bearer ${token}` };
  try {
    const answer = await request(url, { dispatcher, headers });
    await answer.body.dump();
    return answer.statusCode === 200;
  } catch {
    return false;
  }
}

/** Asks etcd's JSON gateway for its revision and compacts up to it. */
async function compact(etcdUrl: string): Promise<void> {
  const range = await post(`${etcdUrl}/v3/kv/range`, { key: Buffer.from('/').toString('base64') });
  const revision = /"revision":"(\d+)"/.exec(range)?.[1];
  if (revision === undefined) throw new Error(`real server: etcd told no revision: ${range}`);
  await post(`${etcdUrl}/v3/kv/compaction`, { revision, physical: true });
}

async function post(url: string, body: unknown): Promise<string> {
  const answer = await request(url, { method: 'POST', body: JSON.stringify(body) });
  const text = await answer.body.text();
  if (answer.statusCode !== 200)
    throw new Error(`real server: ${url} answered ${answer.statusCode}: ${text}`);
  return text;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('real server: no free port');
  return address.port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), endMs);
  await ended;
  clearTimeout(hard);
}
