import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { record } from '../../test/conformance/outbox.ts';
import { claim } from './claim.ts';
import { finishReplacing, replaceDamaged } from './replace-damaged.ts';
import { openStore, type Store } from './store.ts';

const maxBytes = 1_000_000;
const count = 20;
const now = new Date(0);

function newPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-replace-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'outbox.db');
}

function openAt(path: string): Store {
  const opened = openStore({ path, maxBytes, now, damaged: false });
  assert.equal(opened.kind, 'open');
  return opened.store;
}

/** A file with records, of which the last ones are in its log only, as a kill leaves it. */
function killed(path: string): void {
  const store = openAt(path);
  const records = Array.from({ length: count }, (_, index) => ({ ...record(`${index}`), created: index }));
  store.appendMany(records, { traces: 0, logs: 0 });
  const files = ['', '-wal'].map((suffix) => [path + suffix, readFileSync(path + suffix)] as const);
  store.close();
  for (const [name, bytes] of files) writeFileSync(name, bytes);
}

function waiting(path: string): number | undefined {
  const store = openAt(path);
  const logs = store.stats().find(({ route }) => route === 'logs');
  store.close();
  assert.equal(logs?.dropped.damaged, 0);
  return logs?.pending;
}

test('what a damaged file gives is a whole file before it takes its place', (t) => {
  const path = newPath(t);
  killed(path);
  const { aside, saved } = replaceDamaged(path, now);
  assert.deepEqual([saved, aside], [count, `${path}.damaged-1970-01-01T000000.000Z`]);
  assert.ok(existsSync(aside) && existsSync(`${aside}-wal`));
  assert.ok(!existsSync(`${path}-wal`) && !existsSync(`${path}.saving`));
  assert.equal(waiting(path), count);
});

test('killed while it saved, it saves again: what was half done counts for nothing', (t) => {
  const path = newPath(t);
  killed(path);
  writeFileSync(`${path}.saving`, 'half a database');
  writeFileSync(`${path}.saving-wal`, 'half a log');
  finishReplacing(path, now);
  assert.equal(waiting(path), count, 'the damaged file is still the outbox');
  assert.equal(replaceDamaged(path, now).saved, count);
  assert.equal(waiting(path), count);
});

test('killed between the renames, the new file takes its place, without the old log', (t) => {
  const path = newPath(t);
  killed(path);
  const { aside } = replaceDamaged(path, now);
  // As it is when the database was renamed, and its log was not.
  renameSync(path, `${path}.saving`);
  renameSync(`${aside}-wal`, `${path}-wal`);
  finishReplacing(path, new Date(1));
  assert.ok(!existsSync(`${path}-wal`));
  assert.equal(waiting(path), count);
});

test('a claim holds against a second one until it is released', (t) => {
  const path = newPath(t);
  const first = claim(path);
  assert.equal(first.kind, 'claimed');
  assert.equal(claim(path).kind, 'refused');
  first.release();
  const second = claim(path);
  assert.equal(second.kind, 'claimed');
  second.release();
});

test('a folder that cannot be made cannot be claimed', (t) => {
  const path = newPath(t);
  writeFileSync(path, '');
  const claimed = claim(join(path, 'outbox.db'));
  assert.equal(claimed.kind, 'refused');
  assert.match(claimed.why, /^outbox: cannot open .*: (ENOTDIR|EEXIST)/);
});
