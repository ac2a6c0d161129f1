import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { needTool } from '../test/tool.ts';
import { manifestsIn } from './manifest.ts';

const root = join(import.meta.dirname, '..');
const skip = process.getuid?.() === 0 ? false : 'skipped: only root can be root without a capability';
const daemonSet = z.object({
  kind: z.literal('DaemonSet'),
  spec: z.object({
    template: z.object({
      spec: z.object({
        initContainers: z.array(z.object({ command: z.array(z.string()), securityContext: z.unknown() })),
      }),
    }),
  }),
});

test('outbox on the host: root without a capability gives the folder of the kubelet to leasewatch', {
  skip,
}, (t) => {
  const setpriv = needTool(t, 'setpriv');
  if (setpriv === undefined) return;
  const manifests = manifestsIn(readFileSync(join(root, 'deploy/manifests/node.yaml'), 'utf8'));
  const [found] = manifests.flatMap((each) => daemonSet.safeParse(each).data ?? []);
  const [init] = found?.spec.template.spec.initContainers ?? [];
  assert.ok(init !== undefined);

  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-host-'));
  t.after(() => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755);
  const outbox = join(folder, 'outbox');
  mkdirSync(outbox, { mode: 0o755 });

  const unable = ['--clear-groups', '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs'];
  const [, ...args] = init.command.map((word) => word.replaceAll('/outbox', outbox));
  execFileSync(setpriv, ['--regid=65532', ...unable, process.execPath, ...args]);
  const { uid, gid, mode } = statSync(outbox);
  assert.deepEqual([uid, gid, (mode & 0o777).toString(8)], [0, 65532, '770']);

  const file = join(outbox, 'outbox.db');
  const write = [process.execPath, '-e', `require('node:fs').writeFileSync('${file}', '1')`];
  execFileSync(setpriv, ['--reuid=65532', '--regid=65532', ...unable, ...write]);
  assert.throws(() =>
    execFileSync(setpriv, ['--reuid=65533', '--regid=65533', ...unable, ...write], { stdio: 'pipe' }),
  );
  writeFileSync(file, '');
});
