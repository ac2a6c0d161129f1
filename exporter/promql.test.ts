import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  duration,
  histogramSeries,
  labelsOf,
  promql,
  secondsOf,
  series,
  seriesOf,
  seriesWithin,
} from './promql.ts';

test('a series carries the prefix and its matchers', () => {
  assert.equal(series('lease_state').promql, 'leasewatch_lease_state');
  const expired = series('lease_state', { state: 'expired', class: ['election', 'a.b'] });
  assert.equal(expired.promql, 'leasewatch_lease_state{state="expired",class=~"election|a\\\\.b"}');
  const others = series('lease_state', { state: { not: 'held' }, lease: { unlike: 'x.*' } });
  assert.equal(others.promql, 'leasewatch_lease_state{state!="held",lease!~"x.*"}');
  assert.equal(series('source_up', { source: 'a"b\n' }).promql, 'leasewatch_source_up{source="a\\"b\\n"}');
});

test('a template joins series, labels and numbers', () => {
  const by = labelsOf('election_gap_duration_seconds', 'class');
  const buckets = histogramSeries('election_gap_duration_seconds', 'bucket', { cause: 'expired' });
  assert.equal(
    promql`histogram_quantile(${0.99}, sum by (le, ${by}) (rate(${buckets}[5m])))`.promql,
    'histogram_quantile(0.99, sum by (le, class) (rate(leasewatch_election_gap_duration_seconds_bucket{cause="expired"}[5m])))',
  );
});

test('other series are known by what was declared of them', () => {
  const foreign = seriesOf({ up: [], ALERTS: ['alertname'] });
  assert.equal(foreign('up', { job: { like: '.*leasewatch' } }).promql, 'up{job=~".*leasewatch"}');
  assert.equal(promql`rate(${foreign('ALERTS')}[${duration('5m')}])`.promql, 'rate(ALERTS[5m])');
  assert.equal(labelsOf('lease_state', 'cluster', 'lease').promql, 'cluster, lease');
  assert.deepEqual(
    [secondsOf('90s'), secondsOf('2m'), secondsOf('0.5h'), secondsOf('3d')],
    [90, 120, 1800, 259_200],
  );
  // @ts-expect-error not declared
  foreign('down');
  // @ts-expect-error not a label of it
  foreign('up', { alertname: 'x' });
  // @ts-expect-error minutes are m
  duration('5min');
});

test('fixed matchers are carried by the metrics that have their labels', () => {
  const { series: within, histogram } = seriesWithin({
    target: { job: { like: '$job' } },
    own: { lease: { like: '$lease' }, node: { like: '$node' } },
  });
  assert.equal(
    within('lease_state', { state: 'held' }).promql,
    'leasewatch_lease_state{job=~"$job",lease=~"$lease",state="held"}',
  );
  assert.equal(
    within('lease_transitions', { lease: 'a' }).promql,
    'leasewatch_lease_transitions{job=~"$job",lease="a"}',
  );
  assert.equal(
    histogram('detection_delay_seconds', 'bucket').promql,
    'leasewatch_detection_delay_seconds_bucket{job=~"$job"}',
  );
  // @ts-expect-error no such label
  within('lease_state', { holder: 'x' });
});

test('what the catalogue does not know does not compile', () => {
  // @ts-expect-error no such metric
  series('lease_sate');
  // @ts-expect-error no such label
  series('lease_state', { holder: 'x' });
  // @ts-expect-error a histogram has no series of its own name
  series('election_gap_duration_seconds');
  // @ts-expect-error a gauge has no buckets
  histogramSeries('lease_state', 'bucket');
  // @ts-expect-error no such part
  histogramSeries('election_gap_duration_seconds', 'buckets');
  // @ts-expect-error no such label
  labelsOf('lease_state', 'cause');
  // @ts-expect-error raw text is no query: it would escape the check
  promql`${'leasewatch_lease_state'}`;
});
