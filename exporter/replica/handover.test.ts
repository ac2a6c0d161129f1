import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { virtualClock } from '../../simulator/scheduler.ts';
import type { OutboxRange, RouteStats } from '../delivery/outbox.ts';
import { Ground, type ReplicaOptions, TestReplica } from './fixture.ts';
import { Handover } from './handover.ts';

const seeds = [1, 2, 3, 4, 5, 6];
/** What a dead replica sent in its last so many milliseconds may be sent again. */
const twiceMs = 18_000;

/** Replicas that all see one event a second, each a little later than it happened. */
class World {
  readonly ground = new Ground();
  readonly #folder: string;
  readonly #replicas: TestReplica[] = [];
  #events = 0;

  constructor(t: TestContext) {
    this.#folder = mkdtempSync(join(tmpdir(), 'leasewatch-handover-'));
    t.after(() => rmSync(this.#folder, { recursive: true }));
  }

  get events(): number {
    return this.#events;
  }

  /** A replica that comes back with its `disk` finds there what it left. */
  async start(name: string, seed: number, more: Partial<ReplicaOptions> & { readonly disk?: string } = {}) {
    const path = more.disk === undefined ? ':memory:' : join(this.#folder, more.disk);
    const replica = await TestReplica.start({ ground: this.ground, name, seed, path, ...more });
    replica.watch();
    this.#replicas.push(replica);
    return replica;
  }

  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      const text = String(++this.#events);
      for (const replica of this.#replicas) {
        await this.ground.clock.advance(40);
        void replica.enqueue(text);
      }
      await this.ground.clock.advance(1000 - 40 * this.#replicas.length);
    }
  }

  async passUntil(holds: () => boolean): Promise<number> {
    for (let seconds = 0; seconds < 600; seconds++) {
      if (holds()) return seconds;
      await this.pass(1);
    }
    return assert.fail('did not happen within ten minutes');
  }

  /** How often each event was sent, beginning with the first. */
  times(): number[] {
    const counts = Array.from({ length: this.#events }, () => 0);
    for (const { text } of this.ground.sent) counts[Number(text) - 1] = (counts[Number(text) - 1] ?? 0) + 1;
    return counts;
  }

  /** Events from `from` on that never arrived, before the last `exceptLast`, which may be under way. */
  missing(from = 1, exceptLast = 2): number[] {
    const last = this.#events - exceptLast;
    return this.times().flatMap((count, index) => {
      const event = index + 1;
      return count === 0 && event >= from && event <= last ? [event] : [];
    });
  }

  twice(): number[] {
    return this.times().flatMap((count, index) => (count > 1 ? [index + 1] : []));
  }
}

async function twoReplicas(t: TestContext, seed: number, disk?: string) {
  const world = new World(t);
  const first = await world.start('first', seed, disk === undefined ? {} : { disk });
  await world.ground.clock.advance(100);
  const second = await world.start('second', seed + 100);
  await world.pass(60);
  assert.deepEqual([first.pushes, second.pushes], [true, false]);
  return { world, first, second };
}

test('one that stands by keeps what may still be lost, and counts the rest as dropped by the leader', async (t) => {
  const { world, first, second } = await twoReplicas(t, 1);
  await world.pass(120);
  const [leader, standby] = [await first.stats(), await second.stats()];
  assert.deepEqual([leader.delivered, leader.dropped.by_leader], [leader.enqueued, 0]);
  assert.equal(standby.delivered, 0);
  assert.equal(standby.dropped.by_leader + standby.pending, standby.enqueued);
  assert.ok(standby.pending <= twiceMs / 1000, `keeps ${standby.pending}`);
  assert.deepEqual([world.missing(), world.twice()], [[], []]);
});

test('after a SIGKILL every event arrives, and only those of the last seconds twice', async (t) => {
  for (const seed of seeds) {
    const { world, first, second } = await twoReplicas(t, seed);
    await world.pass(seed);
    const last = world.events;
    first.kill();
    assert.ok((await world.passUntil(() => second.pushes)) <= 20);
    await world.pass(30);
    assert.deepEqual(world.missing(), [], `seed ${seed}`);
    const twice = world.twice();
    assert.ok(twice.length <= twiceMs / 1000, `seed ${seed}: ${twice.length} twice`);
    assert.ok(
      twice.every((event) => event > last - twiceMs / 1000 && event <= last),
      `seed ${seed}: ${twice}`,
    );
    assert.ok((await second.stats()).pending <= 1);
  }
});

test('what waited for a dead receiver is sent by who takes over, though clocks were set meanwhile', async (t) => {
  for (const jumpMs of [-3_600_000, 3_600_000]) {
    const { world, first, second } = await twoReplicas(t, 3);
    world.ground.receiverIsDown = true;
    await world.pass(150);
    world.ground.clock.jumpWall(jumpMs);
    await world.pass(150);
    first.kill();
    await world.passUntil(() => second.pushes);
    world.ground.receiverIsDown = false;
    await world.pass(70);
    assert.deepEqual(world.missing(), []);
    assert.ok(world.twice().length <= twiceMs / 1000);
  }
});

test('one that comes back from the dead drops what its successor sent', async (t) => {
  const { world, first, second } = await twoReplicas(t, 2, 'a');
  world.ground.receiverIsDown = true;
  await world.pass(30);
  first.kill();
  const left = 30;
  await world.passUntil(() => second.pushes);
  const again = await world.start('first-again', 9, { disk: 'a' });
  world.ground.receiverIsDown = false;
  await world.pass(120);
  assert.deepEqual([again.pushes, second.pushes], [false, true]);
  const stats = await again.stats();
  assert.ok(stats.dropped.by_leader >= left, `dropped ${stats.dropped.by_leader}`);
  assert.ok(stats.pending <= twiceMs / 1000, `keeps ${stats.pending}`);
  await second.stop();
  await world.passUntil(() => again.pushes);
  await world.pass(20);
  assert.deepEqual(world.missing(), []);
});

test('what only the dead one saw is kept on its disk until it pushes again', async (t) => {
  const world = new World(t);
  const first = await world.start('first', 1, { disk: 'a' });
  world.ground.receiverIsDown = true;
  await world.pass(100);
  const second = await world.start('second', 2);
  await world.pass(20);
  first.kill();
  await world.passUntil(() => second.pushes);
  world.ground.receiverIsDown = false;
  const again = await world.start('first-again', 3, { disk: 'a' });
  await world.pass(120);
  assert.equal(second.pushes, true);
  assert.ok(world.missing().every((event) => event <= 100));
  assert.ok((await again.stats()).pending >= 100);
  await second.stop();
  await world.passUntil(() => again.pushes);
  await world.pass(20);
  assert.deepEqual(world.missing(), []);
});

test('after a rollout nothing is left behind and nothing is lost', async (t) => {
  const { world, first, second } = await twoReplicas(t, 4);
  const third = await world.start('third', 30);
  await world.pass(10);
  await second.stop();
  const fourth = await world.start('fourth', 40);
  await world.pass(10);
  await first.stop();
  await world.pass(60);
  assert.equal(Number(third.pushes) + Number(fourth.pushes), 1);
  assert.deepEqual(world.missing(), []);
  assert.ok(world.twice().length <= twiceMs / 1000, `${world.twice().length} twice`);
  const standby = third.pushes ? fourth : third;
  assert.ok((await standby.stats()).pending <= twiceMs / 1000);
});

test('a holder that is blind vouches for nothing: the others keep what it may have missed', async (t) => {
  let sees = true;
  const world = new World(t);
  const first = await world.start('first', 1, { sees: () => sees });
  await world.ground.clock.advance(100);
  const second = await world.start('second', 2);
  await world.pass(60);
  sees = false;
  await world.pass(60);
  assert.equal(first.pushes, true);
  assert.ok((await second.stats()).pending >= 60);
  sees = true;
  await world.pass(30);
  assert.ok((await second.stats()).pending <= twiceMs / 1000);
});

const stats: RouteStats = {
  ...{ route: 'logs', enqueued: 0, delivered: 0, pending: 0, bytes: 0, oldest: undefined },
  ...{ dead: 0, deadBytes: 0, refused: 0 },
  dropped: { rejected: 0, full: 0, damaged: 0, by_leader: 0, folded: 0 },
};

const harmful: readonly string[] = [
  '',
  'null',
  '{',
  '[]',
  '{"watchedSeconds":1e9}',
  '{"watchedSeconds":-1,"sentSecondsAgo":{"logs":0}}',
  '{"watchedSeconds":1e9,"sentSecondsAgo":{"logs":-3600}}',
  '{"watchedSeconds":1e9,"sentSecondsAgo":{"logs":"0"}}',
  '{"watchedSeconds":1e9,"sentSecondsAgo":{"other":0}}',
  '{"watchedSeconds":1e9,"sentSecondsAgo":{"logs":1e9}}',
  '{"watchedSeconds":0,"sentSecondsAgo":{"logs":0}}',
];

test('a note that cannot be understood, or vouches for nothing, drops nothing', async () => {
  const clock = virtualClock();
  const dropped: OutboxRange[] = [];
  let last = 0;
  const outbox = {
    position: async () => ({ last: ++last, left: { traces: 0, logs: 0 } }),
    forgo: async (range: OutboxRange) => void dropped.push(range),
    stats: async () => [stats],
  };
  const handover = new Handover({ clock, outbox, routes: ['logs'], sees: () => true });
  const stop = new AbortController();
  void handover.run(stop.signal);
  await clock.advance(59_999);
  for (const note of harmful) handover.heed(note, clock.now().mono);
  assert.deepEqual(dropped, []);
  const note = '{"watchedSeconds":40,"sentSecondsAgo":{"logs":5}}';
  handover.heed(note, clock.now().mono);
  // It vouches for second 20 to 55, and is taken at its word until second 45.
  assert.deepEqual(dropped, [{ route: 'logs', after: 21, through: 45 }]);
  stop.abort();
});
