import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type OutboxHarness, outboxConformance } from '../../test/conformance/outbox.ts';
import { openOutbox } from './open-outbox.ts';
import type { Outbox } from './outbox.ts';

async function opened(path: string, maxBytes: number, onError = (_: string) => {}): Promise<Outbox> {
  const result = await openOutbox({ path, maxBytes, onError });
  if (result.kind === 'refused') throw new Error(result.why);
  return result.outbox;
}

async function inFile(t: TestContext, maxBytes: number): Promise<OutboxHarness> {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-outbox-'));
  const path = join(folder, 'outbox.db');
  let outbox = await opened(path, maxBytes);
  t.after(async () => {
    await outbox.close();
    rmSync(folder, { recursive: true });
  });
  async function reopen(): Promise<Outbox> {
    await outbox.close();
    outbox = await opened(path, maxBytes);
    return outbox;
  }
  return { outbox, reopen };
}

async function inMemory(t: TestContext, maxBytes: number): Promise<OutboxHarness> {
  const outbox = await opened(':memory:', maxBytes);
  t.after(() => outbox.close());
  return { outbox };
}

outboxConformance('outbox in a file', inFile);
outboxConformance('outbox in memory', inMemory);
