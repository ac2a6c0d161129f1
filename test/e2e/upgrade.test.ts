import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { MisbehavingReceiver } from '../misbehaving-receiver.ts';
import { startProgram, until } from './child-program.ts';

const older = join(import.meta.dirname, '../../exporter/delivery/testdata/outbox-1.sql');

test('what an older leasewatch left in its outbox is delivered; what a newer one left stays as it is', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-upgrade-'));
  const loki = await MisbehavingReceiver.start();
  t.after(async () => {
    await loki.stop();
    rmSync(folder, { recursive: true });
  });
  const [outbox, config] = [join(folder, 'outbox.db'), join(folder, 'leasewatch.yaml')];
  const db = new DatabaseSync(outbox);
  db.exec(readFileSync(older, 'utf8'));
  db.close();
  const start = () => {
    const program = startProgram({
      args: [
        ...['run', '--mode', 'sidecar', '--ports', '1', '--listen', '127.0.0.1:0', '--config', config],
        ...['--outbox', outbox, '--loki-url', loki.url],
      ],
      env: { HOME: folder },
    });
    t.after(() => program.process.kill('SIGKILL'));
    return program;
  };
  // So old that Loki would refuse it otherwise.
  writeFileSync(config, 'version: 1\nloki: { maxAge: 366d }\n');
  const program = start();
  await program.url();
  await until('both lines arrived', () => {
    const bodies = loki.received.map(({ body }) => body).join();
    return bodies.includes('"an old line"') && bodies.includes('"another old line"');
  });
  program.process.kill('SIGTERM');
  assert.equal(await program.ended, 0);

  const newer = new DatabaseSync(outbox);
  newer.exec('PRAGMA user_version = 99');
  newer.close();
  const before = readFileSync(outbox);
  const refused = start();
  assert.equal(await refused.ended, 2);
  assert.match(
    refused.stderr(),
    /^leasewatch: outbox: .*outbox\.db has version 99, this leasewatch knows up to \d+; use the newer leasewatch or another path\n$/,
  );
  assert.ok(before.equals(readFileSync(outbox)));

  writeFileSync(config, 'version: 2\nmoons: 1\n');
  const tooOld = start();
  assert.equal(await tooOld.ended, 2);
  const said =
    'leasewatch: version: is for a newer leasewatch: this one knows files up to version 1, not 2\n';
  assert.equal(tooOld.stderr(), said);
});
