import { once } from 'node:events';
import type { Server } from 'node:net';
import type { TestContext } from 'node:test';
import type { EndpointTarget } from './endpoint-target.ts';
import type { ProbeTarget } from './probe-target.ts';

/** What the tests of probes share. */

export function probeTarget(part: Partial<ProbeTarget> = {}): ProbeTarget {
  return {
    name: 'chat',
    url: 'ws://127.0.0.1:1/',
    intervalMs: 30_000,
    timeoutMs: 10_000,
    pingIntervalMs: 5000,
    expectStatus: 101,
    subprotocols: [],
    headers: {},
    headerFiles: {},
    ...{ caFile: undefined, certFile: undefined, keyFile: undefined },
    allowAddresses: [],
    ...{ socketIo: false, spread: undefined },
    ...part,
  };
}

/** Starts a server on a free port of the loopback address, until the test ends. */
export async function listening(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('fixture: the server has no port');
  return address.port;
}

export function endpointTarget(part: Partial<EndpointTarget> = {}): EndpointTarget {
  return {
    name: 'envoy',
    url: 'http://127.0.0.1:1/metrics',
    side: 'proxy',
    connections: 'open',
    total: undefined,
    labels: {},
    intervalMs: 15_000,
    timeoutMs: 5000,
    allowAddresses: [],
    headers: {},
    headerFiles: {},
    ...{ caFile: undefined, certFile: undefined, keyFile: undefined },
    ...part,
  };
}
