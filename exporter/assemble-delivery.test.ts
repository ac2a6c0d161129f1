import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDelivery } from './assemble-delivery.ts';
import { systemClock } from './clock.ts';
import { loadConfig } from './config.ts';
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
