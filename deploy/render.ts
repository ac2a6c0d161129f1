import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { headOf, namespace, type Rendering } from './renderings.ts';

const root = join(import.meta.dirname, '..');

/** Whatever helm was built for: the chart is rendered for the oldest Kubernetes that it supports. */
const kubeVersion = '1.29.0';

export function helmIsThere(): boolean {
  return spawnSync('helm', ['version']).error === undefined;
}

/** The rendering, as it is kept. Throws with what helm says. */
export function render(rendering: Rendering): string {
  return withChart(rendering.chart, (chart) => {
    const { values, set, plain } = rendering;
    const rendered = helm(
      ...['template', rendering.chart === 'example' ? 'chat' : 'leasewatch', chart],
      ...['--namespace', namespace, '--kube-version', kubeVersion],
      ...(values === undefined ? [] : ['--values', join(root, values)]),
      ...(set === undefined ? [] : ['--set', set]),
    );
    if (plain === undefined) return headOf(rendering) + rendered;
    return headOf(rendering) + imageNote + namespaceYaml(plain) + withoutHelm(rendered);
  });
}

/** Gives `use` the folder of a chart with the charts in it that it needs. */
export function withChart<T>(chart: Rendering['chart'], use: (folder: string) => T): T {
  const ours = join(root, 'deploy/helm/leasewatch');
  if (chart === 'leasewatch') return use(ours);
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-chart-'));
  try {
    cpSync(join(root, 'deploy/helm/example'), folder, { recursive: true });
    cpSync(ours, join(folder, 'charts/leasewatch'), { recursive: true });
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What helm prints. Throws with what it complains of. */
export function helm(...args: readonly string[]): string {
  return execFileSync('helm', args, { encoding: 'utf8', maxBuffer: 2 ** 26, stdio: 'pipe' });
}

const imageNote =
  '# The image of leasewatch is called as your registry has it: change every `image` of that name.\n';

function namespaceYaml({ podSecurity }: NonNullable<Rendering['plain']>): string {
  return `---
apiVersion: v1
kind: Namespace
metadata:
  name: ${namespace}
  labels:
    pod-security.kubernetes.io/enforce: ${podSecurity}
`;
}

/** Without the labels that say that helm takes care of an object, and without its comments. */
function withoutHelm(rendered: string): string {
  return rendered.replace(
    /^ *(app\.kubernetes\.io\/managed-by: Helm|helm\.sh\/chart: .*|# Source: .*)\n|^# Source: .*\n/gm,
    '',
  );
}
