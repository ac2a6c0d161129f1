import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { buildInstrument } from '../../scripts/build-instrument.ts';

const root = join(import.meta.dirname, '../..');
const manifest = z.object({ dependencies: z.record(z.string(), z.string()).optional() });
const ours = z.object({
  exports: z.object({ './instrument': z.object({ types: z.string(), default: z.string() }) }),
});

/** An application's folder with these packages and what they need, and with leasewatch as it is published. */
async function application(t: TestContext, packages: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-application-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const copied = new Set<string>();
  const copy = (name: string): void => {
    if (copied.has(name)) return;
    copied.add(name);
    const from = join(root, 'node_modules', name);
    cpSync(from, join(folder, 'node_modules', name), { recursive: true });
    const { dependencies = {} } = manifest.parse(
      JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')),
    );
    Object.keys(dependencies).forEach(copy);
  };
  packages.forEach(copy);
  const leasewatch = join(folder, 'node_modules/leasewatch');
  await buildInstrument(join(leasewatch, 'dist'));
  cpSync(join(root, 'package.json'), join(leasewatch, 'package.json'));
  return folder;
}

/** A server of ws as anybody writes one, with one line more, and its first client. */
const chat = `
import { once } from 'node:events';
import { register } from 'prom-client';
import { WebSocket, WebSocketServer } from 'ws';
import { instrumentWs } from 'leasewatch/instrument';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
instrumentWs(server);
server.on('connection', (peer) => peer.on('message', (text) => peer.send(String(text).toUpperCase())));
await once(server, 'listening');
const client = new WebSocket('ws://127.0.0.1:' + server.address().port + '/');
await once(client, 'open');
client.send('hello');
await once(client, 'message');
console.log(await register.metrics());
client.terminate();
server.close();
`;

test('the bundled leasewatch/instrument: one line in an application that has ws and prom-client, and nothing else', async (t) => {
  const folder = await application(t, ['ws', 'prom-client']);
  const leasewatch = join(folder, 'node_modules/leasewatch');
  const told = ours.parse(JSON.parse(readFileSync(join(leasewatch, 'package.json'), 'utf8')));
  for (const file of Object.values(told.exports['./instrument'])) {
    assert.ok(existsSync(join(leasewatch, file)), `${file} is published`);
  }
  writeFileSync(join(folder, 'chat.mjs'), chat);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['chat.mjs'], {
    cwd: folder,
    env: { PATH: process.env.PATH },
    timeout: 30_000,
  });
  assert.equal(stderr, '');
  const has = (sample: RegExp) => assert.match(stdout, sample);
  has(/^leasewatch_websocket_app_connections\{.*transport="websocket".*\} 1$/m);
  has(/^leasewatch_websocket_app_handshakes_total\{.*outcome="accepted".*\} 1$/m);
  has(/^leasewatch_websocket_app_messages_total\{.*direction="received".*\} 1$/m);
  has(/^leasewatch_websocket_app_messages_total\{.*direction="sent".*\} 1$/m);
  has(/^leasewatch_websocket_app_message_bytes_total\{.*direction="sent".*\} 5$/m);
});
