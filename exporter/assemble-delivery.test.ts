import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock } from '../test/manual-clock.ts';
import { type Behaviour, MisbehavingReceiver } from '../test/misbehaving-receiver.ts';
import { startDelivery } from './assemble-delivery.ts';
import { systemClock } from './clock.ts';
import { loadConfig } from './config.ts';
import { importance } from './delivery/outbox.ts';
import { alwaysPermitted } from './delivery/permission.ts';

test('credentials that cannot be used are an error at the start, which names the file', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-delivery-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [ca, token] = [join(folder, 'ca.pem'), join(folder, 'token')];
  writeFileSync(ca, 'this is no certificate');
  const cases: readonly (readonly [string, string])[] = [
    [`loki: { url: "https://loki", caFile: ${ca} }`, `loki: ${ca} holds no certificate in PEM form`],
    [
      `otlp: { endpoint: "https://tempo", tokenFile: ${token} }\noutbox: { path: "off" }`,
      `otlp: ${token} cannot be read: ENOENT: no such file or directory, open '${token}'`,
    ],
  ];
  for (const [yaml, why] of cases) {
    const file = join(folder, 'leasewatch.yaml');
    writeFileSync(file, yaml);
    const loaded = loadConfig({ flags: {}, env: { XDG_STATE_HOME: folder }, file });
    assert.equal(loaded.kind, 'ok');
    const warn = (message: string) => assert.fail(message);
    const started = await startDelivery(loaded.config, systemClock(), Math.random, warn, alwaysPermitted);
    assert.deepEqual(started, { kind: 'failed', why });
  }
});

test('a planted token is in no line, no metric and no file, even when the receiver repeats it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-planted-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const planted = 'planted-token-0815';
  writeFileSync(join(folder, 'token'), planted);
  const echo =
    (status: number): Behaviour =>
    (response, request) =>
      void response.writeHead(status).end(`who is ${request.headers.authorization}?`);
  const receiver = await MisbehavingReceiver.start(echo(400), echo(401));
  t.after(() => receiver.stop());
  const file = join(folder, 'leasewatch.yaml');
  const url = receiver.url.replace('//', '//ann:planted-password@');
  writeFileSync(
    file,
    `loki: { url: "${url}", tokenFile: ${join(folder, 'token')}, bytesPerSecond: 64KiB }
outbox: { path: ${join(folder, 'state', 'outbox.db')} }`,
  );
  const loaded = loadConfig({ flags: {}, env: {}, file });
  assert.equal(loaded.kind, 'ok');
  const said: string[] = [];
  const clock = new ManualClock();
  const warn = (message: string) => void said.push(message);
  const started = await startDelivery(loaded.config, clock, () => 0, warn, alwaysPermitted);
  assert.equal(started.kind, 'started');
  const { delivery } = started;
  const body = Buffer.from(JSON.stringify([`${clock.now().wall}000`, 'a line', {}]));
  for (const words of ['refused a request for good', 'refuses our credentials']) {
    delivery.deliver({ route: 'logs', stream: '{"site":"x"}', importance: importance.outage, body });
    while (!said.some((line) => line.includes(words))) await turn();
  }
  const stats = JSON.stringify([delivery.receiverStats(), await delivery.stats?.()]);
  await delivery.close();
  const kept = globSync(join(folder, 'state', '*')).map((name) => readFileSync(name).toString('latin1'));
  assert.ok(
    kept.length > 0 && kept.join().includes('who is (hidden)?'),
    'the words are kept, the secret is not',
  );
  for (const text of [...said, stats, ...kept]) assert.doesNotMatch(text, /planted-(token|password)/);
  assert.equal(receiver.received[0]?.headers.authorization, `Bearer ${planted}`);
});
