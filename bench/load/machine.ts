import { spawnSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';

/** What it was measured on, and by whom: a number without that says nothing. */
export function describeMachine(ksm: string | undefined): string {
  const [cpu] = cpus();
  const load = loadavg().map((value) => value.toFixed(1));
  const peer =
    ksm === undefined ? 'none: KUBE_STATE_METRICS is not set and it is not on PATH' : versionOf(ksm);
  return [
    `machine             ${cpus().length} × ${cpu?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, load ${load.join(' ')}`,
    `node                ${process.version}`,
    `kube-state-metrics  ${peer}`,
  ].join('\n');
}

function versionOf(binary: string): string {
  const { stdout } = spawnSync(binary, ['version'], { encoding: 'utf8' });
  return stdout.replace(/\s+/g, ' ').trim().slice(0, 120);
}
