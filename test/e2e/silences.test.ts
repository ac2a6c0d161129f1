import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { needTool } from '../tool.ts';
import { until } from './child-program.ts';
import { startAlertmanager, startPager } from './monitoring.ts';

const readme = readFileSync(join(import.meta.dirname, '../../alerts/README.md'), 'utf8');
/** The commands of the section on maintenance, as somebody would paste them. */
const commands = (/^## Maintenance\n.*?```sh\n(.*?)```/ms.exec(readme)?.[1] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('amtool '));

/** What each command shall silence, in their order, and what it shall not. */
const meant: readonly (readonly [silenced: Labels, told: Labels])[] = [
  [
    { alertname: 'NodeLostWithLeaders', node: 'NODE' },
    { alertname: 'NodeLostWithLeaders', node: 'other' },
  ],
  [
    { alertname: 'LeaderLeaseExpired', namespace: 'NAMESPACE', lease: 'till' },
    { alertname: 'LeaderLeaseExpired', namespace: 'other', lease: 'till' },
  ],
  [
    { alertname: 'LeasesSilentAtOnce', cluster: 'CLUSTER' },
    { alertname: 'LeasesSilentAtOnce', cluster: 'other' },
  ],
];
type Labels = Readonly<Record<string, string>>;

const listed = z.array(
  z.object({ labels: z.record(z.string(), z.string()), status: z.object({ state: z.string() }) }),
);

test('the commands for maintenance silence what they name, and nothing else', async (t) => {
  const [amtool, program] = [needTool(t, 'amtool'), needTool(t, 'prometheus-alertmanager')];
  if (amtool === undefined || program === undefined) return;
  assert.equal(commands.length, meant.length);
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-silences-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const pager = await startPager();
  t.after(() => pager.close());
  const manager = await startAlertmanager(program, folder, pager);
  t.after(() => manager.close());
  for (const command of commands) {
    const shell = `${command.replace(/^amtool/, `"$AMTOOL" --alertmanager.url=${manager.url}`)} --author=test`;
    const ran: SpawnSyncReturns<string> = spawnSync('sh', ['-c', shell], {
      encoding: 'utf8',
      env: { AMTOOL: amtool, HOME: folder },
    });
    assert.equal(ran.status, 0, ran.stdout + ran.stderr);
  }
  const posted = await fetch(`${manager.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(meant.flat().map((labels) => ({ labels }))),
  });
  assert.equal(posted.status, 200);

  const states = async () => {
    const alerts = listed.parse(await (await fetch(`${manager.url}/api/v2/alerts`)).json());
    return new Map(alerts.map(({ labels, status }) => [JSON.stringify(sorted(labels)), status.state]));
  };
  const known = (found: ReadonlyMap<string, string>) =>
    meant.flat().map((labels) => found.get(JSON.stringify(sorted(labels))));
  await until('Alertmanager judged them all', async () =>
    known(await states()).every((state) => state === 'active' || state === 'suppressed'),
  );
  assert.deepEqual(
    known(await states()),
    meant.flatMap(() => ['suppressed', 'active']),
  );
});

function sorted(labels: Labels): readonly (readonly [string, string])[] {
  return Object.entries(labels).sort(([one], [other]) => one.localeCompare(other));
}
