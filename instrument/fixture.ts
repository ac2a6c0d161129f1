import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { prefix } from '../exporter/catalogue-metric.ts';

/** What the tests of this folder share. */

export async function httpServer(t: TestContext): Promise<{ server: Server; port: number }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('fixture: the server has no port');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, port: address.port };
}

/** A registry, and how to read one value of it. */
export function scraped() {
  const registry = new Registry();
  /** All samples without the prefix and the port, such as `connections{transport="websocket"} 1`. */
  const samples = async () => {
    const text = await registry.metrics();
    return text
      .split('\n')
      .filter((line) => line.startsWith(`${prefix}websocket_app_`))
      .map((line) =>
        line
          .slice(`${prefix}websocket_app_`.length)
          .replace(/port="\d+",?/, '')
          .replace('{}', ''),
      );
  };
  const until = async (...wanted: readonly string[]) => {
    for (const deadline = performance.now() + 10_000; ; ) {
      const now = await samples();
      const missing = wanted.filter((line) => !now.includes(line));
      if (missing.length === 0) return;
      if (performance.now() > deadline)
        throw new Error(`not told: ${missing.join('; ')}, but:\n${now.join('\n')}`);
      await pause(5);
    }
  };
  return { registry, samples, until };
}
