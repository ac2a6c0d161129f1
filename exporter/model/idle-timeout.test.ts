import assert from 'node:assert/strict';
import { test } from 'node:test';
import { portCensus } from './fixture.ts';
import { IdleTimeoutWatch } from './idle-timeout.ts';
import type { PortCensus } from './observation.ts';

const stepSeconds = 5;

/** A watch that was shown one census every 5 s, each with these lifetimes. */
function watched(lives: readonly PortCensus['ended'][], established = 1000): IdleTimeoutWatch {
  const watch = new IdleTimeoutWatch();
  for (const [index, ended] of lives.entries()) {
    const closed = ended.reduce((sum, [, count]) => sum + count, 0);
    watch.see(portCensus({ established, closed, ended }), index * stepSeconds * 1000, stepSeconds);
  }
  return watch;
}

const every = (count: number, ended: (index: number) => PortCensus['ended']) =>
  Array.from({ length: count }, (_, index) => ended(index));

test('idle timeout: the same lifetime again and again is one, inexact as lifetimes are', () => {
  const { found } = watched(every(20, (index) => [[58 + (index % 5), 1]]));
  assert.deepEqual(found, { seconds: 60, count: 20, of: 20 });
});

test('idle timeout: it stands out among other lifetimes as long as it is half of them', () => {
  const { found } = watched(
    every(40, (index) => [
      [100, 1],
      [200 + 17 * index, index % 2],
    ]),
  );
  assert.deepEqual(found, { seconds: 100, count: 40, of: 60 });
  assert.equal(
    watched(
      every(40, (index) => [
        [100, 1],
        [200 + 17 * index, 2],
      ]),
    ).found,
    undefined,
  );
});

const others = [
  ['few ends', every(19, () => [[60, 1]])],
  ['lifetimes of every length', every(200, (index) => [[(index * 37) % 900, 1]])],
  ['one restart of the server, with clients that had come together', [[], [[60, 500]], [], []] as const],
  ['two restarts', [[], [[60, 500]], [], [[61, 500]]] as const],
  ['lives that are short beside the interval', every(100, () => [[6, 1]])],
  ['nothing', []],
] as const;

for (const [name, lives] of others) {
  test(`idle timeout: ${name} is none`, () => assert.equal(watched(lives).found, undefined));
}

test('idle timeout: a restart in between neither hides it nor makes it', () => {
  const lives = [
    ...every(25, () => [[60, 1] as const]),
    [
      [3, 100],
      [900, 900],
    ] as const,
  ];
  assert.deepEqual(watched(lives, 100).found, { seconds: 60, count: 25, of: 25 });
});

test('idle timeout: it is forgotten when nothing ended so for a quarter of an hour', () => {
  const watch = watched(every(20, () => [[60, 1]]));
  const quiet = portCensus({ established: 10 });
  assert.equal(watch.see(quiet, 14 * 60_000, stepSeconds), false);
  assert.ok(watch.found);
  assert.equal(watch.see(quiet, 18 * 60_000, stepSeconds), true);
  assert.equal(watch.found, undefined);
});

test('idle timeout: news is its beginning, its end, and another age', () => {
  const watch = new IdleTimeoutWatch();
  const news: number[] = [];
  for (let index = 0; index < 600; index++) {
    const ended = [[index < 60 ? 60 : 350, 1]] as const;
    if (watch.see(portCensus({ established: 100, closed: 1, ended }), index * 5000, 5)) news.push(index);
  }
  assert.deepEqual(news, [19, 120]);
  assert.equal(watch.found?.seconds, 350);
});
