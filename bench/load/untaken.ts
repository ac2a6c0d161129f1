import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when whoever is at the other end, on this machine, has read all that was written. */
export async function untilTaken({ localPort = 0, remotePort = 0 }: Socket): Promise<void> {
  const [here, there] = [hexOf(localPort), hexOf(remotePort)];
  while (waiting(here, there).some((bytes) => bytes > 0)) await sleep(1);
}

/** Bytes in the send queue of our socket and in the receive queue of the other one, as the kernel tells. */
function waiting(here: string, there: string): number[] {
  const table = ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFileSync(file, 'latin1')).join('\n');
  return table.split('\n').flatMap((line) => {
    const [, local = '', remote = '', , queues = ''] = line.trim().split(/\s+/);
    const [sending = '', received = ''] = queues.split(':');
    if (local.endsWith(here) && remote.endsWith(there)) return [Number.parseInt(sending, 16)];
    if (local.endsWith(there) && remote.endsWith(here)) return [Number.parseInt(received, 16)];
    return [];
  });
}

function hexOf(port: number): string {
  return `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
}
