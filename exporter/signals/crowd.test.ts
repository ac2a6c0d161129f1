import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualClock } from '../../simulator/scheduler.ts';
import type { NodeState } from '../model/event.ts';
import { Crowd } from './crowd.ts';
import { leaseStateEvent } from './fixtures.ts';

function start() {
  const clock = virtualClock();
  const told: string[] = [];
  const crowd = new Crowd(clock, ({ text }) => told.push(text));
  let each = 0;
  const turn = (count: number, from: NodeState, to: NodeState, why: string): void => {
    for (let i = 0; i < count; i++) {
      const event = { kind: 'node-state', at: clock.now(), node: `node-${i}`, from, to, why } as const;
      if (!crowd.takes(event)) each += 1;
    }
  };
  return { clock, crowd, told, turn, each: () => each };
}

test('of a large cluster that comes into sight the first are told one by one, the others as a number', async () => {
  const { clock, told, turn, each } = start();
  turn(1000, 'unknown', 'alive', 'heard');
  await clock.advance(9_000);
  turn(500, 'unknown', 'alive', 'heard');
  assert.deepEqual([each(), told], [20, []]);
  await clock.advance(1_000);
  assert.deepEqual(told, ['1480 more nodes: unknown -> alive, heard']);
  turn(5, 'unknown', 'alive', 'heard');
  await clock.advance(20_000);
  assert.deepEqual([each(), told.length], [25, 1]);
});

test('what each of many does itself is told, whatever their number', () => {
  const { turn, each } = start();
  turn(1000, 'alive', 'late', 'no heartbeat for 26.7 s');
  assert.equal(each(), 1000);
});

test('another reason is another crowd, and so is another class', () => {
  const { crowd, turn, each } = start();
  turn(30, 'alive', 'unknown', 'the source is blind');
  turn(20, 'alive', 'unknown', 'silent, but the read that would prove it failed: no answer within 5 s');
  assert.equal(each(), 40);
  const turned = { ...leaseStateEvent(), from: 'held', to: 'unknown', why: 'the source is blind' } as const;
  for (let i = 0; i < 20; i++) assert.equal(crowd.takes(turned), false);
  assert.equal(crowd.takes(turned), true);
});

test('what was counted is told at the end', () => {
  const { crowd, told, turn } = start();
  turn(21, 'alive', 'unknown', 'the source is blind');
  crowd.close();
  crowd.close();
  assert.deepEqual(told, ['1 more nodes: alive -> unknown, the source is blind']);
});
