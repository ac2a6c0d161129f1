import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WatchLag } from './watch-lag.ts';

function heard(
  ...notes: readonly (readonly [seconds: number, lag: number])[]
): (seconds: number) => number | undefined {
  const lags = new WatchLag();
  for (const [seconds, lag] of notes) lags.note('leases', seconds * 1000, lag);
  return (seconds) => lags.at('leases', seconds * 1000);
}

test('who is heard a moment before vouches for what comes then', () => {
  const at = heard([10, 40]);
  assert.equal(at(10), 0);
  assert.equal(at(11.9), 0);
  assert.equal(at(13.1), undefined);
});

test('the longest way that anybody tells around a moment is what news may have taken', () => {
  const at = heard([10, 40], [18, 7500], [19, 30]);
  assert.equal(at(18.5), 7500);
  assert.equal(at(20.5), 7500);
  assert.equal(at(21.5), 0);
});

test('a write that hung between its date and its way is no sign of a late watch', () => {
  const at = heard([10, 40], [10.5, 8000], [11, 30]);
  assert.equal(at(10.5), 540, 'it was made after what was told before it');
});

test('who is prompt after a lag has ended says nothing of what came before', () => {
  const at = heard([10.5, 30]);
  assert.equal(at(10.4), undefined);
  assert.equal(at(9), undefined);
  assert.equal(at(10.6), 0);
});

test('a watch that goes on where it had stopped may tell what is as old as its last word', () => {
  const lags = new WatchLag();
  lags.resumed({ name: 'leases', lastDelivery: 1000 }, 31_000);
  assert.equal(lags.at('leases', 31_000), 30_000);
  assert.equal(lags.notBefore('leases'), 1000);
});

test('a clock that was set forward moves no write into the future', () => {
  const lags = new WatchLag();
  lags.note('leases', 5000, -3_600_000);
  assert.equal(lags.notBefore('leases'), 5000);
});

test('what the watch tells after a list was written after the list was asked for', () => {
  const lags = new WatchLag();
  lags.reached('leases', 2000);
  assert.equal(lags.notBefore('leases'), 2000);
  lags.note('leases', 5000, 30);
  lags.reached('leases', 3000);
  assert.equal(lags.notBefore('leases'), 4970, 'what was told before is never taken back');
});
