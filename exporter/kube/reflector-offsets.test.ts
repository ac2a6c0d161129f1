import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bookmark, eventLine, leaseJson, page, type Reply, type Rig, startLeases } from './fixtures.ts';

/** A recorded history after the list at revision 10; watches from any revision get the rest of it. */
const history: readonly (readonly [number, string])[] = [
  [11, eventLine('MODIFIED', leaseJson('a', 11, 'pod-ä'))],
  [12, eventLine('ADDED', leaseJson('b', 12, '😀'))],
  [14, bookmark(14)],
  [15, eventLine('DELETED', leaseJson('a', 15))],
  [16, eventLine('MODIFIED', leaseJson('b', 16))],
];

const told = ['begin', 'listed a@5', 'end', 'modified a@11', 'added b@12', 'deleted a@15', 'modified b@16'];

function after(resourceVersion: number): Buffer {
  const lines = history.filter(([revision]) => revision > resourceVersion).map(([, line]) => line);
  return Buffer.from(lines.join(''));
}

const whole = after(10).length;

/** The first watch is cut after `offset` bytes, in the given way; every further one is whole. */
function cutAt(offset: number, end: 'end' | 'reset' | 'hang'): Rig {
  return startLeases((url, index): Reply => {
    if (index === 0) return { chunks: [page(10, [leaseJson('a', 5)])] };
    const rest = after(Number(url.searchParams.get('resourceVersion')));
    return index === 1 ? { chunks: [rest.subarray(0, offset)], end } : { chunks: [rest], end: 'hang' };
  });
}

/** The revision that a reader of the first `offset` bytes has reached. */
function reached(offset: number): number {
  let at = 0;
  let revision = 10;
  for (const [next, line] of history) {
    at += Buffer.byteLength(line);
    if (at <= offset) revision = next;
  }
  return revision;
}

for (const end of ['end', 'reset', 'hang'] as const) {
  test(`a connection that breaks by "${end}" after any byte loses no event and doubles none`, async () => {
    for (let offset = 0; offset <= whole; offset++) {
      const rig = cutAt(offset, end);
      await rig.clock.advance(95_000);
      await rig.stop();
      const events = rig.story().filter((word) => !/^(blind|sighted)/.test(word));
      const resumed = new URL(rig.paths[2] ?? '', 'http://k').searchParams.get('resourceVersion');
      assert.deepEqual(events, told, `cut at byte ${offset}`);
      assert.equal(resumed, String(reached(offset)), `cut at byte ${offset}`);
    }
  });
}
