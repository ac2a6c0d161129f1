import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { needTool } from '../../test/tool.ts';
import { openStore } from './store.ts';

const script = fileURLToPath(new URL('../../test/conformance/limited-process.ts', import.meta.url));
/** No file of the process becomes longer than this: writing beyond it is an I/O error, and no full disk. */
const limited = `trap '' XFSZ; ulimit -S -f 3000; exec "$0" "$@"`;

const lineSchema = z.object({
  acked: z.number(),
  logs: z.object({
    enqueued: z.number(),
    delivered: z.number(),
    dropped: z.record(z.string(), z.number()),
    dead: z.number(),
    pending: z.number(),
  }),
});

test('while the disk answers with errors records wait in memory, and are written when it works again', async (t) => {
  const prlimit = needTool(t, 'prlimit');
  if (prlimit === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-io-'));
  const path = join(folder, 'outbox.db');
  const child = spawn('sh', ['-c', limited, process.execPath, script, path]);
  t.after(async () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  let failing: number | undefined;
  let acked = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const { logs, ...told } = lineSchema.parse(JSON.parse(line));
    const dropped = Object.values(logs.dropped).reduce((sum, count) => sum + count, 0);
    assert.equal(logs.enqueued, logs.delivered + dropped + logs.dead + logs.pending);
    acked = told.acked;
    if (failing === undefined && errors !== '') {
      failing = acked;
      execFileSync(prlimit, ['--pid', String(child.pid), '--fsize=unlimited:']);
    }
    if (failing !== undefined && acked > failing + 500) break;
  }
  assert.match(
    errors,
    /^outbox: cannot be written, records wait in memory: disk I\/O error; it is tried again\n$/,
  );
  child.kill('SIGKILL');
  await once(child, 'close');
  const opened = openStore({ path, maxBytes: 100_000_000, now: new Date(0), damaged: false });
  assert.equal(opened.kind, 'open');
  const logs = opened.store.stats().find(({ route }) => route === 'logs');
  opened.store.close();
  assert.ok(logs && logs.pending >= acked && logs.dropped.damaged === 0, JSON.stringify(logs));
});
