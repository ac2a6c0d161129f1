import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { openOutbox } from './open-outbox.ts';
import { schema } from './schema.ts';
import { openStore } from './store.ts';

const maxBytes = 1_000_000;

/** An outbox of an older leasewatch, from the SQL that it is made of. */
function older(t: TestContext, version: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-older-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'outbox.db');
  const db = new DatabaseSync(path);
  db.exec(readFileSync(join(import.meta.dirname, `testdata/outbox-${version}.sql`), 'utf8'));
  db.close();
  return path;
}

function versionOf(path: string): number {
  const db = new DatabaseSync(path, { readOnly: true });
  const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
  db.close();
  return version;
}

const digest = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

test('upgrade: a step of the schema that was released is never changed', () => {
  assert.deepEqual(schema.map(digest), ['2f0e83a0a3e9eaa8', '08671cb4f8b5afe6', 'ef24195d24f7b3a3']);
});

for (let version = 1; version < schema.length; version++) {
  test(`upgrade: an outbox of version ${version} becomes one of today, with all that it holds`, async (t) => {
    const path = older(t, version);
    assert.equal(versionOf(path), version);
    const opened = await openOutbox({ path, maxBytes, onError: (message) => assert.fail(message) });
    assert.ok(opened.kind === 'open');
    const { outbox, memories } = opened;
    const [traces, logs] = await outbox.stats();
    assert.deepEqual([traces?.enqueued, traces?.dropped.full, traces?.pending], [2, 1, 1]);
    assert.deepEqual([logs?.enqueued, logs?.pending, logs?.dropped.damaged], [2, 2, 0]);
    const batch = await outbox.next('logs', maxBytes);
    assert.deepEqual(
      batch?.bodies.map((body) => Buffer.from(body).toString()),
      ['["1767225600000000000","an old line"]', '["1767225601000000000","another old line"]'],
    );
    assert.ok(memories !== undefined);
    await outbox.close();
    assert.equal(versionOf(path), schema.length);
  });
}

test('upgrade: a checkpoint of version 2 is remembered', (t) => {
  const opened = openStore({ path: older(t, 2), maxBytes, now: new Date(0), damaged: false });
  assert.ok(opened.kind === 'open');
  assert.deepEqual(opened.store.recall('', 10), [{ key: 'lease/shop/till', text: '{"remembered":true}' }]);
  opened.store.close();
});

test('upgrade: an outbox of a newer version is refused in a clear line, and no byte of it changes', async (t) => {
  const path = older(t, 2);
  const db = new DatabaseSync(path);
  db.exec(
    'PRAGMA journal_mode = DELETE; ALTER TABLE records ADD COLUMN colour TEXT; PRAGMA user_version = 99',
  );
  db.close();
  const before = digest(readFileSync(path));
  const opened = await openOutbox({ path, maxBytes, onError: (message) => assert.fail(message) });
  assert.equal(
    opened.kind === 'refused' && opened.why,
    `outbox: ${path} has version 99, this leasewatch knows up to ${schema.length}; use the newer leasewatch or another path`,
  );
  assert.equal(digest(readFileSync(path)), before);
  assert.ok(!existsSync(`${path}-wal`) && !existsSync(`${path}.damaged`));
});
