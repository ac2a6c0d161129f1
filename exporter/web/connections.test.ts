import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { Connections } from './connections.ts';

/** A socket that was never connected but says from where it comes. */
function socketOf(remoteAddress: string, remotePort: number): Socket {
  return Object.defineProperties(new Socket(), {
    remoteAddress: { value: remoteAddress },
    remotePort: { value: remotePort },
  });
}

function make(most: number) {
  let cut = 0;
  const connections = new Connections({ most, onCut: () => cut++ });
  let port = 0;
  const open = (address: string) => {
    const socket = socketOf(address, ++port);
    connections.add(socket);
    return socket;
  };
  return { connections, open, cut: () => cut };
}

test('connections: beyond the most, the oldest stranger of the busiest address makes room', () => {
  const { connections, open, cut } = make(4);
  const quiet = open('10.0.0.1');
  const [first, second] = [open('10.6.6.6'), open('10.6.6.6')];
  open('10.0.0.2');
  const fresh = open('10.0.0.3');
  assert.deepEqual(
    [quiet, first, second, fresh].map((socket) => socket.destroyed),
    [false, true, false, false],
  );
  assert.deepEqual([connections.size, cut()], [4, 1]);
});

test('connections: whoever made himself known stays, however many strangers come', () => {
  const { connections, open } = make(8);
  const scraper = open('10.0.0.1');
  connections.know(scraper);
  for (let i = 0; i < 1000; i++) open('10.0.0.1');
  assert.equal(scraper.destroyed, false);
  assert.equal(connections.size, 8);
});

test('connections: when all made themselves known, a new one still gets in', () => {
  const { connections, open } = make(3);
  const all = ['10.0.0.1', '10.6.6.6', '10.6.6.6'].map((address) => open(address));
  for (const socket of all) connections.know(socket);
  const fresh = open('10.0.0.2');
  assert.deepEqual(
    all.map((socket) => socket.destroyed),
    [false, true, false],
  );
  assert.equal(fresh.destroyed, false);
});

test('connections: who makes himself known on all of them does not keep out the next scraper', () => {
  const { connections, open } = make(16);
  for (let i = 0; i < 16; i++) connections.know(open('10.6.6.6'));
  const fresh = open('10.0.0.1');
  for (let i = 0; i < 3; i++) connections.know(open('10.6.6.6'));
  assert.equal(fresh.destroyed, false);
  connections.know(fresh);
  for (let i = 0; i < 100; i++) connections.know(open('10.6.6.6'));
  assert.equal(fresh.destroyed, false);
});

test('connections: what closed by itself is forgotten, and its port may come again', async () => {
  const { connections, open } = make(3);
  const socket = open('10.0.0.1');
  connections.know(socket);
  socket.destroy();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(connections.size, 0);
  const again = socketOf('10.0.0.1', 1);
  connections.add(again);
  assert.equal(connections.knows(again), false);
});
