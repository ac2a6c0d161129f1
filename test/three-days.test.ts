import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../exporter/config.ts';
import { openOutbox } from '../exporter/delivery/open-outbox.ts';
import { record, statsOf } from './conformance/outbox.ts';

const seconds = 72 * 3600;
const bytes = 512;
const group = 5400;

test('three days of one record of 512 bytes a second fit, and nothing is dropped', async (t) => {
  const loaded = loadConfig({ flags: {}, env: {}, file: undefined });
  assert.ok(loaded.kind === 'ok');
  const { maxBytes } = loaded.config.outbox;
  const opened = await openOutbox({ path: ':memory:', maxBytes, onError: assert.fail });
  assert.equal(opened.kind, 'open');
  const { outbox } = opened;
  t.after(() => outbox.close());
  const one = record('x'.repeat(bytes));
  for (let written = 0; written < seconds; written += group)
    await Promise.all(Array.from({ length: group }, () => outbox.append(one)));
  const stats = await statsOf(outbox, 'logs');
  assert.deepEqual([stats.pending, stats.dropped.full, stats.bytes], [seconds, 0, seconds * bytes]);
});
