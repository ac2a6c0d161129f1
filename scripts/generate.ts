/**
 * Writes the files that are made from the catalogue, the schema of the configuration, the drawing of the
 * state machines, the alert rules, the dashboards and what compose/ and deploy/ take from them. With `--check` it writes nothing and ends with exit code 1, naming them,
 * when some are stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testFiles } from '../alerts/tests/files.ts';
import { testsYaml } from '../alerts/tests/render.ts';
import { manifestYaml, rulesYaml } from '../alerts/yaml.ts';
import { alertmanagerYaml } from '../compose/alertmanager.ts';
import { datasourcesYaml } from '../compose/datasources.ts';
import { localRulesYaml, lokiRulesYaml } from '../compose/rules.ts';
import { dashboards } from '../dashboards/dashboards.ts';
import { dashboardJson } from '../dashboards/render.ts';
import { helmIsThere, render } from '../deploy/render.ts';
import { renderings } from '../deploy/renderings.ts';
import { valuesJsonSchema } from '../deploy/values-schema.ts';
import { configJsonSchema } from '../exporter/config-json-schema.ts';
import { apiPage } from './api-page.ts';
import { configurationPage } from './configuration-page.ts';
import { judgingPage } from './judging-page.ts';
import { metricsPage } from './metrics-page.ts';

const generated: readonly { readonly path: string; readonly make: () => string }[] = [
  { path: 'METRICS.md', make: metricsPage },
  { path: 'docs/judging.md', make: judgingPage },
  { path: 'docs/configuration.md', make: configurationPage },
  { path: 'docs/api.md', make: apiPage },
  { path: 'exporter/config.schema.json', make: configJsonSchema },
  { path: 'alerts/leasewatch.rules.yaml', make: rulesYaml },
  { path: 'alerts/leasewatch.prometheusrule.yaml', make: manifestYaml },
  ...dashboards.map((dashboard) => ({
    path: `dashboards/json/${dashboard.uid}.json`,
    make: () => dashboardJson(dashboard),
  })),
  { path: 'compose/prometheus/rules.yaml', make: localRulesYaml },
  { path: 'compose/loki/rules/fake/leasewatch.yaml', make: lokiRulesYaml },
  { path: 'compose/alertmanager/alertmanager.yaml', make: alertmanagerYaml },
  { path: 'compose/grafana/provisioning/datasources/leasewatch.yaml', make: datasourcesYaml },
  { path: 'deploy/helm/leasewatch/files/rules.yaml', make: rulesYaml },
  ...dashboards.map((dashboard) => ({
    path: `deploy/helm/leasewatch/files/dashboards/${dashboard.uid}.json`,
    make: () => dashboardJson(dashboard),
  })),
  { path: 'deploy/helm/leasewatch/values.schema.json', make: valuesJsonSchema },
  ...testFiles.map((file) => ({ path: file.path, make: () => testsYaml(file) })),
];

/** After all that they are rendered from. */
const rendered = helmIsThere()
  ? renderings.map((rendering) => ({ path: rendering.path, make: () => render(rendering) }))
  : [];

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');
let stale = 0;

for (const { path, make } of [...generated, ...rendered]) {
  const text = make();
  if (readOrEmpty(join(root, path)) === text) continue;
  stale += 1;
  if (check) console.error(`generate: ${path} is stale; run: npm run generate`);
  else writeFileSync(join(root, path), text);
}
if (rendered.length === 0) {
  console.error('generate: no helm on the PATH; a test tells whether the renderings are those of the chart');
}
if (check && stale > 0) process.exitCode = 1;

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
