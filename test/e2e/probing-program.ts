import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { stringify } from 'yaml';
import { startProgram } from './child-program.ts';

/** leasewatch with these probes, and a way to look at its metrics about them. */
export async function startWithProbes(t: TestContext, probes: readonly Readonly<Record<string, unknown>>[]) {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-probes-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const config = join(folder, 'leasewatch.yaml');
  writeFileSync(config, stringify({ mode: 'sidecar', outbox: { path: 'off' }, websockets: { probes } }));
  const program = startProgram({ args: ['run', '--config', config, '--listen', '127.0.0.1:0'] });
  t.after(async () => {
    program.process.kill('SIGTERM');
    assert.equal(await program.ended, 0);
  });
  const url = await program.url();
  /** The value of a sample, or undefined where there is none. */
  const sample = async (series: string): Promise<number | undefined> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const line = text.split('\n').find((each) => each.startsWith(`leasewatch_websocket_probe_${series} `));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };
  return { program, sample };
}
