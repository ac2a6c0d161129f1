import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');

/** A rendering of the chart that is kept beside it. */
export interface Rendering {
  /** From the root of the repository. */
  readonly path: string;
  /** `example` has the chart as its sidecar. */
  readonly chart: 'leasewatch' | 'example';
  /** Values on top of the defaults: a file beside the rendering, or single ones. */
  readonly values?: string;
  readonly set?: string;
  /** For those without helm: its namespace comes first, with the level of Pod Security that it needs. */
  readonly plain?: { readonly podSecurity: 'restricted' | 'privileged' };
}

const cases = ['namespaced', 'single', 'node-heartbeats', 'node-openshift'];

export const renderings: readonly Rendering[] = [
  { path: 'deploy/manifests/cluster.yaml', chart: 'leasewatch', plain: { podSecurity: 'restricted' } },
  {
    path: 'deploy/manifests/node.yaml',
    chart: 'leasewatch',
    set: 'mode=node',
    plain: { podSecurity: 'privileged' },
  },
  { path: 'deploy/manifests/sidecar.yaml', chart: 'example', plain: { podSecurity: 'restricted' } },
  ...cases.map((name) => renderedCase(name, 'leasewatch')),
  renderedCase('sidecar-sockets', 'example'),
];

function renderedCase(name: string, chart: Rendering['chart']): Rendering {
  const values = `deploy/helm/cases/${name}.values.yaml`;
  return { path: `deploy/helm/cases/${name}.rendered.yaml`, chart, values };
}

/** The namespace of all renderings. */
export const namespace = 'leasewatch';

/** What a rendering begins with: it tells whether it is that of the chart as it stands, also where helm is not. */
export function headOf(rendering: Rendering): string {
  return `# Rendered with helm by \`npm run generate\` from deploy/helm, sha256 ${digestOf(rendering)}; do not edit.\n`;
}

/** Of all that it is made of: none of them has the rules or the dashboards in it. */
function digestOf({ chart, values, set, plain }: Rendering): string {
  const charts = chart === 'example' ? ['leasewatch', 'example'] : ['leasewatch'];
  const files = charts.flatMap((name) => globSync(`deploy/helm/${name}/{*.yaml,templates/*}`, { cwd: root }));
  const hash = createHash('sha256').update(JSON.stringify({ set, plain }));
  for (const file of [...files, ...(values === undefined ? [] : [values])].sort()) {
    hash.update(relative(root, join(root, file))).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}
