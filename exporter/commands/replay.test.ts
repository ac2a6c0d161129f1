import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { moment } from '../model/fixture.ts';
import type { Policy } from '../model/policy.ts';
import { recordingHeader } from '../sources/recording-schema.ts';
import { replay } from './replay.ts';

const policy: Policy = {
  ...{ about: 'leases', path: 'policies[0]', match: { namespace: 'shop', name: 'till', labels: {} } },
  ...{
    expect: 'held',
    graceMs: 60_000,
    severity: undefined,
    team: undefined,
    lateAfterMs: undefined,
    leftoverAfterMs: undefined,
  },
  ...{ ignore: false, class: undefined },
};

/** Nothing is there for two minutes. */
function recording(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-replay-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const at = moment(0);
  const list = { kind: 'list', source: 'leases', at, sentAt: at };
  const lines = [
    recordingHeader,
    { ...list, phase: 'begin' },
    { ...list, phase: 'end' },
    { kind: 'time', at: moment(120) },
  ];
  const file = join(folder, 'recording');
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
}

test('replay judges by the policies that it is given', async (t) => {
  const file = recording(t);
  const told: string[] = [];
  assert.equal(await replay(file, [policy], (line) => told.push(line)), 0);
  assert.ok(
    told.some((line) => /shop\/till/.test(line)),
    told.join('\n'),
  );
  const without: string[] = [];
  assert.equal(await replay(file, [], (line) => without.push(line)), 0);
  assert.ok(without.every((line) => !/shop\/till/.test(line)));
});
