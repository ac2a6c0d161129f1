import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metrics } from '../exporter/catalogue.ts';
import { deprecate, deprecationProblems, type Metric, prefix } from '../exporter/catalogue-metric.ts';
import { renderFamilies } from '../exporter/signals/exposition.ts';
import { metricRow } from '../scripts/metrics-page.ts';
import { problemsOf, seriesOf } from './promql-names.ts';

/** As if `pushing` had been called `leads` until 0.2.0, and a histogram had been renamed with it. */
const old = {
  leads: deprecate(metrics.pushing, '0.2.0', 'pushing'),
  delay_seconds: deprecate(metrics.detection_delay_seconds, '0.2.0', 'detection_delay_seconds'),
};
const catalogue: Readonly<Record<string, Metric>> = { ...metrics, ...old };
const known = seriesOf(catalogue);

test('deprecation: each leads to a metric that stays', () => {
  assert.deepEqual(deprecationProblems(metrics), []);
  assert.deepEqual(deprecationProblems(catalogue), []);
  const wrong: Readonly<Record<string, Metric>> = {
    ...catalogue,
    a: deprecate(metrics.pushing, '0.2.0', 'nothing'),
    b: deprecate(metrics.pushing, '0.2.0', 'leads'),
    c: deprecate(metrics.pushing, 'soon', 'pushing'),
  };
  assert.deepEqual(deprecationProblems(wrong), [
    'a: there is no nothing',
    'b: leads is deprecated itself',
    'c: soon is no version',
  ]);
});

test('deprecation: queries of rules, dashboards and pages may not name what goes', () => {
  assert.deepEqual(problemsOf(`max(${prefix}pushing)`, known), []);
  assert.deepEqual(problemsOf(`max(${prefix}leads)`, known), [`unknown metric ${prefix}leads`]);
  const bucket = `${prefix}delay_seconds_bucket`;
  assert.deepEqual(problemsOf(`rate(${bucket}[5m])`, known), [`unknown metric ${bucket}`]);
});

test('deprecation: METRICS.md and HELP say since when, and what to use', () => {
  const said = `Deprecated since 0.2.0: use ${prefix}pushing.`;
  const [name = '', ...rest] = metricRow('leads', old.leads);
  assert.equal(name, `\`${prefix}leads\``);
  assert.ok(rest.at(-1)?.endsWith(said), String(rest));
  const { help, type } = old.leads;
  const text = renderFamilies(
    [{ name: `${prefix}leads`, help, type, samples: [{ labels: {}, value: 1 }] }],
    'text',
  );
  assert.match(text, new RegExp(`^# HELP ${prefix}leads .*${said}$`, 'm'));
  assert.match(text, new RegExp(`^${prefix}leads 1$`, 'm'));
});
