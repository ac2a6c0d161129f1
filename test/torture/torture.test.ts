import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOptions } from './options.ts';
import { broken } from './summary.ts';
import { torture } from './torture.ts';

test('ten kills, a misbehaving receiver and a damaged file lose nothing that was acknowledged', async () => {
  const summary = await torture({ seed: 7, kills: 10 });
  assert.deepEqual(broken(summary), []);
  assert.ok(summary.acked > 0 && summary.delivered > 0, JSON.stringify(summary));
});

test('every broken promise is told', () => {
  const summary = {
    ...{ kills: 1, acked: 9, delivered: 1, dead: 0, duplicates: 0, largest_duplicate_run: 0 },
    ...{ full_disks: 0, clock_jumps: 0, damaged: 2, damaged_reported: 1, start_p99_ms: 5_001 },
    ...{ lost: 1, changed: 1, mixed: 1, disordered: 1, identity_broken: 1 },
  };
  assert.equal(broken(summary).length, 7);
});

test('a wrong command line is named', () => {
  assert.deepEqual(readOptions(['--kills', 'x']), { problem: '--kills must be a whole number, not "x"' });
  assert.deepEqual(readOptions([]), { seed: 1, kills: 200 });
});
