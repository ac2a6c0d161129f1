import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { openOutbox } from '../../exporter/delivery/open-outbox.ts';
import { importance, type Outbox, type OutboxRecord } from '../../exporter/delivery/outbox.ts';
import { MisbehavingReceiver } from '../misbehaving-receiver.ts';
import { SmallDisk } from '../small-disk.ts';
import { needTool } from '../tool.ts';
import { startProgram } from './child-program.ts';

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-rescue-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function line(site: string, text: string): OutboxRecord {
  const stream = JSON.stringify({ service_name: 'leasewatch', site });
  const body = Buffer.from(JSON.stringify(['1767225600000000000', text, { lease: 'till' }]));
  return { route: 'logs', stream, importance: importance.transition, body };
}

function span(name: string): OutboxRecord {
  const body = Buffer.from(JSON.stringify({ resource: {}, scopeSpans: [{ spans: [{ name }] }] }));
  return { route: 'traces', stream: '', importance: importance.outage, body };
}

/** An outbox that a program has open, with records that wait and one that was refused. */
async function filled(t: TestContext, path: string): Promise<Outbox> {
  const opened = await openOutbox({ path, maxBytes: 1e7, onError: assert.fail });
  assert.ok(opened.kind === 'open');
  const { outbox } = opened;
  t.after(() => outbox.close());
  await outbox.append(line('north', 'refused'));
  const batch = await outbox.next('logs', 1e6);
  assert.ok(batch);
  await outbox.settle(batch.id, {
    kind: 'rejected',
    why: 'entry too far behind',
    destination: 'http://loki',
  });
  const records = [line('north', 'one'), line('south', 'two'), line('north', 'three'), span('round')];
  await Promise.all(records.map((record) => outbox.append(record)));
  return outbox;
}

/** Runs `leasewatch outbox` as a person does. */
async function leasewatch(...args: readonly string[]) {
  const program = startProgram({ args: ['outbox', ...args] });
  const code = await program.ended;
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}

test('an outbox is looked into while a program writes to it', async (t) => {
  const path = join(newFolder(t), 'outbox.db');
  const outbox = await filled(t, path);
  const listed = await leasewatch('ls', path);
  assert.deepEqual([listed.code, listed.stderr], [0, '']);
  assert.match(listed.stdout, /^logs +transition +3 +\d+ B +\d{4}-/m);
  assert.match(listed.stdout, /^traces +outage +1 +\d+ B/m);
  assert.match(listed.stdout, /^logs +1 +\d+ B +\S+Z +http:\/\/loki +entry too far behind$/m);
  const { waiting, deadLetters, counts } = JSON.parse((await leasewatch('ls', '-o', 'json', path)).stdout);
  assert.deepEqual([waiting.length, deadLetters.length, counts.length], [2, 1, 2]);
  const each = await leasewatch('ls', '--records', '--most', '2', path);
  assert.match(each.stdout, /^2 +logs +transition .*"one"/m);
  assert.equal(each.stdout.trimEnd().split('\n').length, 3, 'a heading and two records');
  const shown = await leasewatch('show', '1', path);
  assert.match(
    shown.stdout,
    /^record 1 of logs, transition, .*\nstream .*\nrefused .* by http:\/\/loki: entry/,
  );
  const none = await leasewatch('show', '77', path);
  assert.deepEqual([none.code, none.stdout], [1, '']);
  assert.match(none.stderr, /there is no record 77/);
  await outbox.append(line('north', 'the program goes on'));
});

test('what is exported is sent with the commands that export prints', async (t) => {
  if (needTool(t, 'curl') === undefined) return;
  const folder = newFolder(t);
  const path = join(folder, 'outbox.db');
  await filled(t, path);
  const receiver = await MisbehavingReceiver.start();
  t.after(() => receiver.stop());
  const config = join(folder, 'leasewatch.yaml');
  writeFileSync(config, `otlp: { endpoint: "${receiver.url}" }\nloki: { url: "${receiver.url}" }\n`);
  const to = join(folder, "what's left");
  const exported = await leasewatch('export', '--dead', '--to', to, '--config', config, path);
  assert.deepEqual([exported.code, exported.stderr], [0, '']);
  assert.match(exported.stdout, /^4 records of logs and 1 of traces are in 4 files/);
  const commands = exported.stdout.split('\n').filter((each) => each.startsWith('  for file'));
  assert.equal(commands.length, 2);
  for (const command of commands) await promisify(execFile)('sh', ['-c', command]);
  const arrived = receiver.received.map(({ path, headers, body }) => {
    assert.equal(headers['content-type'], 'application/json');
    return `${path} ${texts(JSON.parse(body)).join(' ')}`;
  });
  assert.deepEqual(arrived, [
    ...['refused', 'one three', 'two'].map((lines) => `/loki/api/v1/push ${lines}`),
    '/v1/traces round',
  ]);
  const again = await leasewatch('export', '--to', to, path);
  assert.equal(again.code, 2, 'nothing is overwritten');
  assert.match(again.stderr, /EEXIST/);
});

/** Lines of a push of one stream, or names of spans. */
function texts(body: {
  readonly streams?: readonly [{ readonly values: readonly (readonly [string, string])[] }];
  readonly resourceSpans?: readonly {
    readonly scopeSpans: readonly [{ readonly spans: readonly [{ readonly name: string }] }];
  }[];
}): readonly string[] {
  const spans = body.resourceSpans?.map((each) => each.scopeSpans[0].spans[0].name);
  return spans ?? body.streams?.[0].values.map(([, text]) => text) ?? [];
}

test('of a damaged outbox what can be read is exported, and the rest is counted', async (t) => {
  const folder = newFolder(t);
  const path = join(folder, 'outbox.db');
  const outbox = await filled(t, path);
  await outbox.close();
  const bytes = readFileSync(path);
  const place = bytes.lastIndexOf('"three"');
  bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
  // A page that no record is on: the file is broken as a whole, and still gives its records.
  bytes.fill(0xff, bytes.length - 4096, bytes.length - 4000);
  writeFileSync(`${path}.damaged-2026`, bytes);
  const to = join(folder, 'rescued');
  const { code, stdout, stderr } = await leasewatch('export', '--to', to, `${path}.damaged-2026`);
  assert.equal(code, 1);
  assert.match(stderr, /is damaged: \d+ records that wait can be read, /);
  assert.match(stderr, /1 damaged records are left out/);
  assert.match(stdout, /^2 records of logs and 1 of traces/);
  assert.equal(readdirSync(to).length, 3);
  assert.deepEqual(readFileSync(`${path}.damaged-2026`), bytes, 'the evidence stays as it is');
});

test('what cannot be looked into is told, with exit code 2', async (t) => {
  const folder = newFolder(t);
  const absent = await leasewatch('ls', join(folder, 'absent.db'));
  assert.deepEqual([absent.code, absent.stdout], [2, '']);
  assert.equal(absent.stderr, `leasewatch: outbox: there is no file ${join(folder, 'absent.db')}\n`);
  writeFileSync(join(folder, 'empty.db'), '');
  assert.match((await leasewatch('ls', join(folder, 'empty.db'))).stderr, /is not an outbox of leasewatch/);
  assert.match((await leasewatch('ls', folder)).stderr, /outbox: cannot read/);
  assert.equal((await leasewatch('show', 'x', folder)).code, 2, 'commander says what is wrong');
});

/** A leasewatch that watches no cluster and has a receiver. */
function run(t: TestContext, outbox: string) {
  const config = join(newFolder(t), 'leasewatch.yaml');
  writeFileSync(config, 'mode: sidecar\nwebsockets: { ports: [9] }\nloki: { url: "http://127.0.0.1:9" }\n');
  const args = ['run', '--listen', '127.0.0.1:0', '--leases', '', '--config', config, '--outbox', outbox];
  const program = startProgram({ args });
  t.after(() => program.process.kill('SIGKILL'));
  return program;
}

test('an outbox that cannot be had ends the start, with exit code 2 and the reason', async (t) => {
  const folder = newFolder(t);
  const used = join(folder, 'used.db');
  await filled(t, used);
  const newer = join(folder, 'newer.db');
  const db = new DatabaseSync(newer);
  db.exec('PRAGMA user_version = 99');
  db.close();
  writeFileSync(join(folder, 'file'), '');
  const disk = SmallDisk.mount(1);
  t.after(() => disk?.unmount());
  disk?.protect();
  const cases = [
    [used, /outbox: .*used\.db is in use by another leasewatch; give each its own/],
    [newer, /outbox: .*newer\.db has version 99, this leasewatch knows up to \d; use the newer leasewatch/],
    [join(folder, 'file/outbox.db'), /outbox: cannot open .*file\/outbox\.db: EEXIST/],
    ...(disk === undefined
      ? []
      : [[join(disk.folder, 'outbox.db'), /outbox: cannot open .*outbox\.db: /] as const]),
  ] as const;
  for (const [path, why] of cases) {
    const program = run(t, path);
    assert.equal(await program.ended, 2, program.stderr());
    assert.match(program.stderr(), why);
    assert.equal(program.stderr().trimEnd().split('\n').length, 1, program.stderr());
  }
});
