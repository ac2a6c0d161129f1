import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { hashSync } from 'bcryptjs';
import { z } from 'zod';
import { type Authority, authority, type Identity } from '../certificates.ts';
import { needTool } from '../tool.ts';
import { type ChildProgram, startProgram, until } from './child-program.ts';
import { daemon } from './monitoring.ts';

const password = 'open sesame';

interface Served {
  readonly ca: Authority;
  readonly server: Identity;
  readonly web: string;
  readonly client: Identity;
  readonly program: ChildProgram;
  readonly url: string;
  /** Writes the web configuration anew. */
  write(server: Identity, users?: string): void;
}

/** The program over TLS, for users with a password and a certificate of Prometheus; it watches nothing. */
async function serve(t: TestContext): Promise<Served | undefined> {
  const ca = authority(t);
  if (ca === undefined) return undefined;
  const [server, client] = [ca.issue('server'), ca.issue('prometheus', { names: 'DNS:prometheus.example' })];
  const web = join(ca.folder, 'web.yml');
  const write = ({ certFile, keyFile }: Identity, users = `prometheus: ${hashSync(password, 10)}`) =>
    writeFileSync(
      web,
      `tls_server_config:
  cert_file: ${certFile}
  key_file: ${keyFile}
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.pem
  client_allowed_sans: [prometheus.example]
  min_version: TLS13
http_server_config:
  headers: { Strict-Transport-Security: max-age=31536000 }
basic_auth_users: { ${users} }
`,
    );
  write(server);
  const program = startProgram({
    args: [
      ...['run', '--mode', 'sidecar', '--ports', '1', '--listen', '127.0.0.1:0', '--outbox', 'off'],
      ...['--web.config.file', web],
    ],
    env: { HOME: ca.folder },
  });
  t.after(async () => {
    program.process.kill('SIGKILL');
    await program.ended;
  });
  return { ca, server, web, client, program, url: await program.url(), write };
}

const targets = z.object({
  data: z.object({ activeTargets: z.array(z.object({ health: z.string(), lastError: z.string() })) }),
});

test('a real Prometheus scrapes over TLS with a certificate and a password, and goes on when both are renewed', async (t) => {
  const prometheus = needTool(t, 'prometheus');
  const served = prometheus === undefined ? undefined : await serve(t);
  if (prometheus === undefined || served === undefined) return;
  const { ca, client, url, write } = served;
  const config = join(ca.folder, 'prometheus.yaml');
  writeFileSync(join(ca.folder, 'password'), password);
  const scrape = {
    job_name: 'leasewatch',
    scheme: 'https',
    honor_labels: true,
    tls_config: {
      ca_file: ca.caFile,
      cert_file: client.certFile,
      key_file: client.keyFile,
      server_name: 'localhost',
    },
    basic_auth: { username: 'prometheus', password_file: join(ca.folder, 'password') },
    static_configs: [{ targets: [new URL(url).host] }],
  };
  writeFileSync(config, JSON.stringify({ global: { scrape_interval: '500ms' }, scrape_configs: [scrape] }));
  const running = await daemon(prometheus, (listen) => [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(ca.folder, 'prometheus')}`,
    `--web.listen-address=${listen}`,
  ]);
  t.after(() => running.close());
  const health = async () => {
    const answer = await fetch(`${running.url}/api/v1/targets`);
    return targets
      .parse(await answer.json())
      .data.activeTargets.map(({ health }) => health)
      .join();
  };
  await until('Prometheus scrapes', async () => (await health()) === 'up');
  write(ca.issue('renewed'), `prometheus: ${hashSync('another', 4)}`);
  await until('the old password is refused', async () => (await health()) === 'down');
  writeFileSync(join(ca.folder, 'password'), 'another');
  await until('Prometheus scrapes again', async () => (await health()) === 'up');
});

const run = promisify(execFile);

test('curl and promtool: who has neither certificate nor password learns nothing', async (t) => {
  const [curl, promtool] = [needTool(t, 'curl'), needTool(t, 'promtool')];
  const served = curl === undefined || promtool === undefined ? undefined : await serve(t);
  if (curl === undefined || promtool === undefined || served === undefined) return;
  const { ca, client, url, program } = served;
  const ask = async (...options: readonly string[]) => {
    const args = ['--silent', '--include', '--max-time', '20', '--cacert', ca.caFile, ...options];
    return run(curl, [...args, `${url}/metrics`]).then(
      ({ stdout }) => stdout,
      ({ code, stdout }: { code: number; stdout: string }) => `curl ${code} ${stdout}`,
    );
  };
  const identity = ['--cert', client.certFile, '--key', client.keyFile];
  assert.match(await ask(), /^curl (35|52|55|56) $/, 'no certificate');
  assert.match(await ask('--tls-max', '1.2', ...identity), /^curl 35 $/, 'an old TLS');
  assert.match(await ask(...identity), /^HTTP\/1\.1 401 .*www-authenticate: Basic realm="leasewatch"/is);
  assert.match(await ask(...identity, '--user', 'prometheus:guess'), /^HTTP\/1\.1 401 /);
  const told = await ask(...identity, '--user', `prometheus:${password}`);
  assert.match(told, /^HTTP\/1\.1 200 .*strict-transport-security: max-age=31536000/is);
  assert.match(told, /^leasewatch_web_requests_refused_total\{reason="unauthorized"\} 2$/m);
  assert.match(told, /^leasewatch_web_connections_cut_total\{reason="handshake"\} 2$/m);
  const page = told.slice(told.indexOf('\r\n\r\n') + 4);
  const checking = run(promtool, ['check', 'metrics']);
  checking.child.stdin?.end(page);
  await checking;
  assert.ok(!/guess|open sesame/.test(program.stderr() + told), program.stderr());
});

test('promtool takes the same file, as far as it is of the toolkit; check names what is wrong with one', async (t) => {
  const promtool = needTool(t, 'promtool');
  const ca = authority(t);
  if (promtool === undefined || ca === undefined) return;
  const web = join(ca.folder, 'web.yml');
  const { certFile, keyFile } = ca.issue('server');
  const check = async () => {
    const program = startProgram({ args: ['check', '--web.config.file', web], env: { HOME: ca.folder } });
    return { code: await program.ended, said: program.stderr() };
  };
  const toolkit = async () =>
    run(promtool, ['check', 'web-config', web]).then(
      () => 0,
      () => 1,
    );
  const good = `tls_server_config:
  cert_file: ${certFile}
  key_file: ${keyFile}
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.pem
  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256]
  curve_preferences: [X25519, CurveP384]
http_server_config: { http2: false, headers: { X-Frame-Options: deny } }
basic_auth_users: { a: ${hashSync('a', 4)} }
`;
  writeFileSync(web, good);
  assert.deepEqual([await toolkit(), (await check()).code], [0, 0]);
  for (const [from, to, said] of [
    ['X-Frame-Options', 'Server', 'headers.Server: is no option here'],
    ['X25519', 'X448', 'curve_preferences[0]: must be CurveP256'],
    ['RequireAndVerifyClientCert', 'Always', 'client_auth_type: must be NoClientCert'],
    ['cert_file', 'cert_path', 'tls_server_config.cert_path: is no option here'],
    [keyFile, join(ca.folder, 'ca.key'), 'are not a certificate and its key'],
    ['deny', 'maybe', 'X-Frame-Options: must be deny'],
  ] as const) {
    writeFileSync(web, good.replace(from, to));
    const { code, said: words } = await check();
    assert.deepEqual([await toolkit(), code], [1, 2], said);
    assert.ok(words.includes(said), words);
  }
});
