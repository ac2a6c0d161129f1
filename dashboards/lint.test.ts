import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { knownSeries, problemsOf as unknownNames } from '../test/promql-names.ts';
import { dashboards } from './dashboards.ts';
import { foreignLabels } from './foreign.ts';
import { exclusions } from './lint/exclusions.ts';
import { excuses, problemsOf, unexcused } from './lint/lint.ts';
import { type DashboardFile, dashboardFile, substituted, targetsOf } from './lint/model.ts';
import { selectorsOf } from './lint/promql.ts';
import { isLogql } from './lint/queries.ts';

const folder = join(import.meta.dirname, 'json');
/** Before it is checked: what the check leaves out would else not be seen. */
const files = globSync('*.json', { cwd: folder })
  .sort()
  .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
const built = files.map(({ text }) => dashboardFile.parse(JSON.parse(text)));

test('every dashboard is a file that is named for its uid, and no file is left over', () => {
  assert.deepEqual(
    files.map(({ name }) => name),
    dashboards.map(({ uid }) => `${uid}.json`).sort(),
  );
});

for (const dashboard of built) {
  test(`${dashboard.uid}: breaks no rule`, () => {
    assert.deepEqual(unexcused(problemsOf(dashboard)), []);
  });

  test(`${dashboard.uid}: names what the catalogue has`, () => {
    const known = knownSeries(foreignLabels);
    const queries = targetsOf(dashboard).filter(({ target }) => target.datasource.type === 'prometheus');
    assert.ok(queries.length > 0);
    const joined = (query: string) =>
      query.replaceAll(/label_join\((.*), "name", "\/", "namespace", "lease"\)/g, '$1');
    assert.deepEqual(
      queries.flatMap(({ target }) => unknownNames(joined(substituted(target.expr ?? '')), known)),
      [],
    );
  });
}

test('every exclusion has a reason and is needed', () => {
  const all = built.flatMap(problemsOf);
  for (const exclusion of exclusions) {
    assert.match(exclusion.reason, /^[A-Z].{20,}\.$/);
    assert.ok(
      all.some((problem) => excuses(problem, exclusion)),
      `nothing needs the exclusion of ${exclusion.of}`,
    );
  }
});

/** The rules that a changed dashboard breaks. */
function brokenBy(change: (dashboard: Changeable) => void): string[] {
  const [first] = built;
  assert.ok(first !== undefined);
  const copy = structuredClone(first);
  change(copy);
  return [...new Set(unexcused(problemsOf(copy)).map(({ rule }) => rule))];
}
type Changeable = DashboardFile;

const panelOf = (dashboard: Changeable, type: string) => {
  const found = dashboard.panels.find((panel) => panel.type === type);
  assert.ok(found !== undefined);
  return found;
};
const asking = (dashboard: Changeable, expr: string) => {
  const [target] = panelOf(dashboard, 'timeseries').targets;
  assert.ok(target !== undefined);
  target.expr = expr;
  target.exemplar = false;
};
const variableOf = (dashboard: Changeable, name: string) => {
  const found = dashboard.templating.list.find((variable) => variable.name === name);
  assert.ok(found !== undefined);
  return found;
};
const chosen = 'cluster=~"$cluster",job=~"$job",instance=~"$instance"';

const breaches: readonly (readonly [rule: string, change: (dashboard: Changeable) => void])[] = [
  [
    'uneditable-dashboard',
    (it) => {
      it.editable = true;
    },
  ],
  [
    'schema-version',
    (it) => {
      it.schemaVersion = 41;
    },
  ],
  [
    'stable-uid',
    (it) => {
      it.uid = 'x';
    },
  ],
  [
    'dashboard-title-description',
    (it) => {
      it.description = '';
    },
  ],
  [
    'links-to-others',
    (it) => {
      it.links = [];
    },
  ],
  [
    'provisioned-as-it-is',
    (it) => {
      it.__inputs = [];
    },
  ],
  [
    'provisioned-as-it-is',
    (it) => {
      it.title = `\${DS_PROMETHEUS}`;
    },
  ],
  ['template-datasource', (it) => void it.templating.list.reverse()],
  [
    'template-datasource',
    (it) => {
      variableOf(it, 'loki_datasource').label = 'Logs';
    },
  ],
  [
    'template-datasource',
    (it) => {
      variableOf(it, 'loki_datasource').name = 'logs';
    },
  ],
  [
    'template-job',
    (it) => {
      variableOf(it, 'job').allValue = '.*';
    },
  ],
  [
    'template-job',
    (it) => {
      variableOf(it, 'job').name = 'jobs';
    },
  ],
  [
    'template-instance',
    (it) => {
      variableOf(it, 'instance').multi = false;
    },
  ],
  [
    'template-label-promql',
    (it) => {
      variableOf(it, 'job').query = 'label_values(up{, job)';
    },
  ],
  [
    'variable-names-label',
    (it) => {
      variableOf(it, 'job').query = 'label_values(up, instance)';
    },
  ],
  [
    'template-on-time-change-reload',
    (it) => {
      variableOf(it, 'job').refresh = 1;
    },
  ],
  [
    'variable-takes-all',
    (it) => {
      variableOf(it, 'cluster').includeAll = false;
    },
  ],
  ['variable-used', (it) => void it.templating.list.push({ ...variableOf(it, 'job'), name: 'pod' })],
  [
    'panel-known-type',
    (it) => {
      panelOf(it, 'logs').type = 'graph';
    },
  ],
  [
    'panel-title-description',
    (it) => {
      panelOf(it, 'stat').description = '';
    },
  ],
  ['panel-units', (it) => void delete panelOf(it, 'timeseries').fieldConfig.defaults.unit],
  [
    'panel-no-targets',
    (it) => {
      panelOf(it, 'stat').targets = [];
    },
  ],
  [
    'panel-datasource',
    (it) => {
      panelOf(it, 'stat').datasource = { type: 'prometheus', uid: 'abc' };
    },
  ],
  [
    'panel-datasource',
    (it) => {
      panelOf(it, 'logs').datasource = { type: 'loki', uid: `\${job}` };
    },
  ],
  [
    'panel-id',
    (it) => {
      panelOf(it, 'logs').id = panelOf(it, 'stat').id;
    },
  ],
  [
    'panel-place',
    (it) => {
      panelOf(it, 'logs').gridPos = { x: 20, y: 0, w: 10, h: 2 };
    },
  ],
  ['no-data-says-so', (it) => void delete panelOf(it, 'stat').fieldConfig.defaults.noValue],
  [
    'no-data-not-green',
    (it) => {
      panelOf(it, 'stat').fieldConfig.defaults.thresholds = {
        steps: [{ value: null, color: 'green' }],
      };
    },
  ],
  ['target-promql', (it) => asking(it, 'sum(')],
  ['target-cluster', (it) => asking(it, 'up{job=~"$job",instance=~"$instance"}')],
  ['target-job', (it) => asking(it, 'up{cluster=~"$cluster",job="x",instance=~"$instance"}')],
  ['target-instance', (it) => asking(it, 'up{cluster=~"$cluster",job=~"$job"}')],
  ['target-counter-agg', (it) => asking(it, `sum(x_total{${chosen}})`)],
  ['target-rate-interval', (it) => asking(it, `rate(x_total{${chosen}}[5m])`)],
  ['target-raw', (it) => asking(it, `a:b:c{${chosen}}`)],
  ['first-count', (it) => asking(it, `increase(leasewatch_watch_restarts_total{${chosen}}[1h])`)],
  ['no-data-is-not-zero', (it) => asking(it, `up{${chosen}} or vector(0)`)],
  [
    'exemplars',
    (it) => asking(it, `rate(leasewatch_election_gap_duration_seconds_bucket{${chosen}}[$__rate_interval])`),
  ],
  [
    'target-logql',
    (it) => {
      panelOf(it, 'logs').targets = logs(it, '{cluster=~"$cluster"} | event=');
    },
  ],
  [
    'target-logql-auto',
    (it) => {
      panelOf(it, 'logs').targets = logs(it, 'count_over_time({cluster=~"$cluster"}[5m])');
    },
  ],
];

function logs(dashboard: Changeable, expr: string) {
  return panelOf(dashboard, 'logs').targets.map((target) => ({ ...target, expr }));
}

test('the linter sees every breach of every rule', () => {
  for (const [rule, change] of breaches) {
    assert.ok(brokenBy(change).includes(rule), `${rule}: ${change} breaks ${brokenBy(change)}`);
  }
});

test('selectors are read with what is around them', () => {
  const query =
    'sum by (a) (rate(x_total{a="b",c=~"$c"}[$__rate_interval])) / max(y) + max_over_time(z[10m])';
  assert.deepEqual(selectorsOf(query), [
    {
      name: 'x_total',
      text: 'x_total{a="b",c=~"$c"}',
      matchers: ['a="b"', 'c=~"$c"'],
      within: 'rate',
      range: '$__rate_interval',
    },
    { name: 'y', text: 'y', matchers: [], within: undefined, range: undefined },
    { name: 'z', text: 'z', matchers: [], within: 'max_over_time', range: '10m' },
  ]);
});

test('LogQL is read', () => {
  assert.ok(isLogql('{a="b"} | c=~"d|e" | f="$f"'));
  assert.ok(isLogql('sum by (event) (count_over_time({a="b"} | c!="" [$__auto]))'));
  assert.ok(!isLogql('{a="b"'));
  assert.ok(!isLogql(''));
});
