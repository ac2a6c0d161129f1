import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { CensusTaker } from '../../exporter/sources/socket-census.ts';
import { seededRandom } from '../random.ts';
import { type Chat, type ChatTruth, startChat } from './chat.ts';

async function until(chat: Chat, holds: (truth: ChatTruth) => boolean): Promise<ChatTruth> {
  for (let look = 0; look < 1000; look++) {
    const truth = chat.truth();
    if (holds(truth)) return truth;
    await wait(5);
  }
  assert.fail(`chat: never came true: ${JSON.stringify(chat.truth())}`);
}

test('clients come, leave, break off and vanish around the target', async () => {
  const chat = await startChat({ random: seededRandom(1), clients: 20, stepMs: 2, pingMs: 60_000 });
  try {
    await until(chat, (truth) => truth.open >= 18);
    const truth = await until(chat, (each) => each.left > 0 && each.brokeOff > 0 && each.vanished > 0);
    assert.ok(truth.open <= 22 && truth.open >= 10, JSON.stringify(truth));
    assert.ok(truth.came >= 20);
  } finally {
    await chat.stop();
  }
  assert.equal(chat.truth().open, 0);
});

test('the server throws out who does not answer a ping', async () => {
  const chat = await startChat({ random: seededRandom(2), clients: 10, stepMs: 2, pingMs: 100 });
  try {
    await until(chat, (truth) => truth.thrownOut > 0);
  } finally {
    await chat.stop();
  }
});

test('a client that asks for the history and reads nothing is stalled, as the kernel tells', async () => {
  const chat = await startChat({ random: () => 0.66, clients: 3, stepMs: 20, pingMs: 60_000 });
  const taker = new CensusTaker();
  const place = { namespace: '', pod: '', processRoot: '/proc', ports: [chat.port], find: false };
  const stalled = () => {
    const reply = taker.take({ ...place, origin: 'configured' }, performance.now());
    return reply.kind === 'census' ? (reply.place.ports[0]?.stalled ?? 0) : 0;
  };
  try {
    await until(chat, () => stalled() > 0);
  } finally {
    await chat.stop();
  }
});

test('half of the connections are dropped and others come', async () => {
  const chat = await startChat({ random: () => 0.99, clients: 20, stepMs: 20, pingMs: 60_000 });
  try {
    await until(chat, (truth) => truth.open === 20);
    assert.equal(chat.drop(0.5), 10);
    await until(chat, (truth) => truth.came === 30 && truth.open === 20);
    chat.aim(5);
    await until(chat, (each) => each.open === 5);
  } finally {
    await chat.stop();
  }
});
