import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bookmark, errorLine, eventLine, leaseJson, page, type Reply, startLeases } from './fixtures.ts';

const isWatch = (url: URL) => url.searchParams.get('watch') === '1';
const versionOf = (url: URL) => Number(url.searchParams.get('resourceVersion'));
const quiet: Reply = { end: 'hang' };

/** A list of one lease at revision 10, then `watches` in turn, then silence. */
function server(...watches: readonly Reply[]): (url: URL) => Reply {
  let next = 0;
  return (url) => {
    if (!isWatch(url)) return { chunks: [page(10, [leaseJson('a', 5)])] };
    return watches[next++] ?? quiet;
  };
}

test('lists, then watches from there with bookmarks and a timeout', async () => {
  const rig = startLeases(server({ chunks: [eventLine('MODIFIED', leaseJson('a', 11))], end: 'hang' }));
  await rig.clock.advance(2000);
  assert.deepEqual(rig.story(), ['begin', 'listed a@5', 'end', 'modified a@11']);
  assert.deepEqual(rig.paths, [
    '/apis/coordination.k8s.io/v1/leases?limit=500',
    '/apis/coordination.k8s.io/v1/leases?watch=1&resourceVersion=10&allowWatchBookmarks=true&timeoutSeconds=450',
  ]);
  await rig.stop();
});

test('a list is handed over whole: 410 in the middle starts it anew', async () => {
  const rig = startLeases((url, index) => {
    if (isWatch(url)) return quiet;
    const token = url.searchParams.get('continue');
    if (token === 't1')
      return index === 1
        ? { status: 410, chunks: ['{"message":"gone"}'] }
        : { chunks: [page(20, [leaseJson('c', 3)])] };
    return { chunks: [page(20, [leaseJson('a', 1), leaseJson('b', 2)], 't1')] };
  });
  await rig.clock.advance(2000);
  assert.deepEqual(rig.story(), ['blind expired', 'begin', 'listed a@1', 'listed b@2', 'listed c@3', 'end']);
  assert.equal(rig.paths.length, 5);
  await rig.stop();
});

test('says when the request for the list was sent', async () => {
  const rig = startLeases((url) => (isWatch(url) ? quiet : { chunks: [page(1, [])], every: 3000 }));
  await rig.clock.advance(10_000);
  const [begin, end] = rig.seen;
  assert.ok(begin?.kind === 'list' && end?.kind === 'list');
  assert.equal(begin.sentAt.mono, 0);
  assert.equal(end.at.mono, 6000);
  await rig.stop();
});

test('a watch that ends in good order goes on at once, at the last bookmark, without a word', async () => {
  const rig = startLeases(server({ chunks: [bookmark(12), bookmark(15)], every: 1000, end: 'end' }));
  await rig.clock.advance(3000);
  assert.deepEqual(rig.story(), ['begin', 'listed a@5', 'end']);
  assert.equal(versionOf(new URL(rig.paths[2] ?? '', 'http://k')), 15);
  await rig.stop();
});

test('a server that ends every watch at once is not hurried', async () => {
  const rig = startLeases(server(...Array.from({ length: 1000 }, (): Reply => ({ end: 'end' }))));
  await rig.clock.advance(60_000);
  assert.ok(rig.paths.length < 16, `${rig.paths.length} requests in a minute`);
  assert.ok(rig.story().includes('blind closed'));
  await rig.stop();
});

test('a reset makes blind; the watch resumes where it stopped, and then we see again', async () => {
  const rig = startLeases(server({ chunks: [eventLine('MODIFIED', leaseJson('a', 11))], end: 'reset' }));
  await rig.clock.advance(5000);
  assert.deepEqual(rig.story(), ['begin', 'listed a@5', 'end', 'modified a@11', 'blind reset', 'sighted']);
  assert.equal(versionOf(new URL(rig.paths[2] ?? '', 'http://k')), 11);
  await rig.stop();
});

test('an event of the resumed watch comes after "sighted"', async () => {
  const rig = startLeases(
    server({ end: 'reset' }, { chunks: [eventLine('DELETED', leaseJson('a', 12))], end: 'hang' }),
  );
  await rig.clock.advance(5000);
  assert.deepEqual(rig.story().slice(3), ['blind reset', 'sighted', 'deleted a@12']);
  await rig.stop();
});

test('a half-open connection is noticed by its silence', async () => {
  const rig = startLeases(server({ chunks: [bookmark(11)], end: 'hang' }));
  await rig.clock.advance(89_000);
  assert.deepEqual(rig.story().slice(3), []);
  await rig.clock.advance(10_000);
  assert.deepEqual(rig.story().slice(3), ['blind idle', 'sighted']);
  await rig.stop();
});

test('bookmarks keep a quiet watch alive', async () => {
  const chunks = Array.from({ length: 10 }, (_, minute) => bookmark(11 + minute));
  const rig = startLeases(server({ chunks, every: 60_000, end: 'hang' }));
  await rig.clock.advance(600_000);
  assert.deepEqual(rig.story().slice(3), []);
  assert.equal(rig.paths.length, 2);
  await rig.stop();
});

for (const [way, reply] of [
  ['as a status', { status: 410, chunks: ['{"message":"too old"}'] }],
  ['in the stream', { chunks: [errorLine(410, 'Expired')], end: 'hang' }],
  ['in the stream, by reason alone', { chunks: [errorLine(500, 'Gone')], end: 'hang' }],
] satisfies [string, Reply][]) {
  test(`410 ${way} leads to a new list`, async () => {
    const rig = startLeases(server(reply));
    await rig.clock.advance(5000);
    assert.deepEqual(rig.story().slice(3), ['blind expired', 'begin', 'listed a@5', 'end']);
    await rig.stop();
  });
}

test('a place lost during an outage never counts as seen again', async () => {
  const rig = startLeases(server({ end: 'reset' }, { chunks: [errorLine(410, 'Expired')], end: 'hang' }));
  await rig.clock.advance(5000);
  assert.deepEqual(rig.story().slice(3), ['blind reset', 'blind expired', 'begin', 'listed a@5', 'end']);
  await rig.stop();
});

test('every list is a whole of its own, however often and in whatever order it comes', async () => {
  const names = [
    ['a', 'b'],
    ['b', 'a'],
    ['a', 'b', 'b'],
  ];
  let lists = 0;
  const rig = startLeases((url) => {
    if (isWatch(url)) return lists < names.length ? { chunks: [errorLine(410, 'Expired')] } : quiet;
    return {
      chunks: [
        page(
          10,
          (names[lists++] ?? []).map((name) => leaseJson(name, 5)),
        ),
      ],
    };
  });
  await rig.clock.advance(60_000);
  const [a, b] = ['listed a@5', 'listed b@5'];
  assert.deepEqual(rig.story(), [
    ...['begin', a, b, 'end', 'blind expired'],
    ...['begin', b, a, 'end', 'blind expired'],
    ...['begin', a, b, b, 'end'],
  ]);
  await rig.stop();
});

for (const [what, chunk] of [
  ['no JSON', '<html>502</html>\n'],
  ['an object without a name', eventLine('ADDED', {})],
] satisfies [string, string][]) {
  test(`a watch with ${what} is left for a new list`, async () => {
    const rig = startLeases(server({ chunks: [chunk], end: 'hang' }));
    await rig.clock.advance(5000);
    assert.deepEqual(rig.story().slice(3), ['blind unreadable', 'begin', 'listed a@5', 'end']);
    await rig.stop();
  });
}

for (const [status, why] of [
  [401, 'HTTP 401: no'],
  [403, 'HTTP 403: no'],
] satisfies [number, string][]) {
  test(`${status} is told once and asked again slowly`, async () => {
    const rig = startLeases(() => ({ status, chunks: ['{"message":"no"}'] }));
    await rig.clock.advance(300_000);
    assert.deepEqual(rig.story(), ['forbidden']);
    const [first] = rig.seen;
    assert.ok(first?.kind === 'sight');
    assert.equal(first.why, why);
    assert.ok(rig.paths.length >= 5 && rig.paths.length <= 11, `${rig.paths.length} requests in 5 minutes`);
    await rig.stop();
  });
}

test('a role taken away and given back', async () => {
  const rig = startLeases(server({ status: 403 }, { status: 403 }));
  await rig.clock.advance(200_000);
  assert.deepEqual(rig.story().slice(3, 5), ['forbidden forbidden', 'sighted']);
  await rig.stop();
});

test('429 waits as long as the server asks', async () => {
  const rig = startLeases((url, index) =>
    index === 0 ? { status: 429, headers: { 'retry-after': '7' } } : server()(url),
  );
  await rig.clock.advance(6999);
  assert.equal(rig.paths.length, 1);
  await rig.clock.advance(2000);
  assert.deepEqual(rig.story(), ['blind', 'begin', 'listed a@5', 'end']);
  await rig.stop();
});

test('an outage is told once, and the attempts grow rare', async () => {
  const rig = startLeases((url, index) =>
    index === 0 ? { chunks: [page(10, [])] } : isWatch(url) ? { end: 'refuse' } : quiet,
  );
  await rig.clock.advance(600_000);
  assert.deepEqual(rig.story(), ['begin', 'end', 'blind unreachable']);
  assert.ok(rig.paths.length < 100, `${rig.paths.length} requests in 10 minutes`);
  await rig.stop();
});

test('one break every ten seconds is answered quickly each time', async () => {
  const broken: Reply = { chunks: [bookmark(11)], every: 5000, end: 'reset' };
  const rig = startLeases(server(...Array.from({ length: 20 }, () => broken)));
  await rig.clock.advance(200_000);
  assert.ok(rig.paths.length >= 20, `${rig.paths.length} requests`);
  await rig.stop();
});

test('a server that never answers is given up on', async () => {
  const rig = startLeases((url, index) => (index === 0 ? { end: 'mute' } : server()(url)));
  await rig.clock.advance(31_000);
  assert.deepEqual(rig.story(), ['blind', 'begin', 'listed a@5', 'end']);
  await rig.stop();
});

test('a slow server loses nothing', async () => {
  const line = eventLine('MODIFIED', leaseJson('a', 11));
  const chunks = [...line].map((character) => character);
  const rig = startLeases(server({ chunks, every: 20_000, end: 'hang' }));
  await rig.clock.advance(20_000 * chunks.length + 1000);
  assert.deepEqual(rig.story().slice(3), ['modified a@11']);
  await rig.stop();
});

test('stopping ends it in the middle of a watch, a list, a pause', async () => {
  for (const reply of [quiet, { end: 'mute' }, { end: 'refuse' }] satisfies Reply[]) {
    const rig = startLeases((url) => (isWatch(url) ? reply : server()(url)));
    await rig.clock.advance(100);
    const before = rig.seen.length;
    await rig.stop();
    assert.equal(rig.seen.length, before);
  }
  const rig = startLeases(() => ({ end: 'mute' }));
  await rig.stop();
  assert.deepEqual(rig.seen, []);
});
