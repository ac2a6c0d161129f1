import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApiServer, inProcessTransport } from './apiserver/api.ts';
import { calmUntilMs, schedule } from './chaos.ts';
import type { LedgerEntry } from './ledger.ts';
import { type VirtualClock, virtualClock } from './scheduler.ts';
import { type Story, startStory } from './story.ts';

interface Told {
  readonly clock: VirtualClock;
  readonly story: Story;
}

function tell(seed: number, chaos: boolean): Told {
  const clock = virtualClock();
  const api = createApiServer({ clock });
  const transport = inProcessTransport(api);
  return { clock, story: startStory({ clock, transport, api: api.faults, seed, chaos }) };
}

async function entriesAfter(seed: number, ms: number): Promise<readonly LedgerEntry[]> {
  const { clock, story } = tell(seed, true);
  await clock.advance(ms);
  await story.stop();
  return story.ledger.entries;
}

test('without chaos every election has one leader and keeps it', async () => {
  const { clock, story } = tell(1, false);
  await clock.advance(2000);
  const first = story.leaders();
  assert.equal(first.size, 4);
  assert.ok([...first.values()].every((leaders) => leaders.length === 1));
  await clock.advance(120_000);
  assert.deepEqual(story.leaders(), first);
  assert.deepEqual(new Set(story.ledger.entries.map((entry) => entry.kind)), new Set(['started-leading']));
  await story.stop();
});

test('the same seed tells the same story', async () => {
  assert.deepEqual(await entriesAfter(3, 300_000), await entriesAfter(3, 300_000));
});

test('whatever the seed, a short lease has changed hands by the end of the calm', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const { clock, story } = tell(seed, true);
    const [first] = schedule(seed, story.cast, 10_000);
    assert.ok(first !== undefined);
    await clock.advance(calmUntilMs - 1000);
    const starts = story.ledger.entries.filter(
      (entry) => entry.lease === first.target && entry.kind === 'started-leading',
    );
    assert.ok(starts.length >= 2, `seed ${seed}: ${JSON.stringify(story.ledger.entries)}`);
    await story.stop();
  }
});

test('after half an hour of faults every election has a leader again', async () => {
  const { clock, story } = tell(5, true);
  await clock.advance(1_800_000);
  const kinds = new Set(story.ledger.entries.map((entry) => entry.kind));
  for (const kind of ['crashed', 'released', 'hung', 'deleted', 'cut', 'rebooted', 'api-resumed'] as const) {
    assert.ok(kinds.has(kind), kind);
  }
  const held = [...story.leaders().values()].filter((leaders) => leaders.length > 0);
  assert.ok(held.length >= 3);
  await story.stop();
  const after = story.ledger.entries.length;
  await clock.advance(60_000);
  assert.equal(story.ledger.entries.length, after);
});
