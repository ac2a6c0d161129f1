import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { NoPrometheusText, type SampleMatch, SampleSums } from './prometheus-text.ts';

const open: SampleMatch = { name: 'open', labels: {} };

function sums(text: string, matches: readonly SampleMatch[] = [open], chunkBytes = 1e9) {
  const reader = new SampleSums(matches);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.push(bytes.subarray(at, at + chunkBytes));
  return reader.end().map(({ series, sum }) => [series, sum]);
}

const cases: readonly (readonly [string, string, readonly number[]])[] = [
  ['nothing', '', [0, 0]],
  ['a sample', 'open 3\n', [1, 3]],
  ['no line end', 'open 3', [1, 3]],
  ['lines of Windows', 'open 3\r\n# x\r\n', [1, 3]],
  ['all series of the name', 'open{a="1"} 3\nopen{a="2"} 4\n', [2, 7]],
  ['no series whose name only begins alike', 'open_total 3\nopened 4\nreopen 5\n', [0, 0]],
  ['comments', '# HELP open x\n# TYPE open gauge\n\nopen 1\n# EOF\n', [1, 1]],
  ['a timestamp', 'open 1 1700000000000\n', [1, 1]],
  ['OpenMetrics with an exemplar', 'open{a="b"} 1 1700000000.5 # {trace_id="x"} 0.5 1.5\n', [1, 1]],
  ['blanks', 'open { a = "b" , c="d", } \t 1e3\n', [1, 1000]],
  ['braces and quotes in a value', 'open{a="}\\"{,b=\\"",c="\\\\"} 2\n', [1, 2]],
  ['a fraction', 'open .5\nopen +1.5\n', [2, 2]],
  ['other metrics, whatever their values', 'x NaN\ny{z="ü"} +Inf\nopen 1\n', [1, 1]],
];

for (const [name, text, expected] of cases) {
  test(`prometheus text: ${name}`, () => {
    assert.deepEqual(sums(text), [expected]);
    assert.deepEqual(sums(text, [open], 1), [expected], 'byte by byte');
  });
}

test('prometheus text: labels choose, escapes and all', () => {
  const text = 'open{p="TCP",e="a\\"b\\\\c\\nd"} 1\nopen{p="UDP"} 2\nopen 4\n';
  const match = (labels: Record<string, string>) => sums(text, [{ name: 'open', labels }])[0];
  assert.deepEqual(match({ p: 'TCP' }), [1, 1]);
  assert.deepEqual(match({ e: 'a"b\\c\nd' }), [1, 1]);
  assert.deepEqual(match({ p: 'TCP', e: 'x' }), [0, 0]);
  assert.deepEqual(match({ toString: 'x' }), [0, 0]);
});

test('prometheus text: several matches in one reading', () => {
  const text = 'open 2\nall_total 9\n';
  assert.deepEqual(sums(text, [open, { name: 'all_total', labels: {} }]), [
    [1, 2],
    [1, 9],
  ]);
});

const envoy = readFileSync(join(import.meta.dirname, 'testdata/envoy-stats-prometheus.txt'), 'utf8');
const active = 'envoy_http_downstream_cx_upgrades_active';
const ofEnvoy: readonly (readonly [name: string, match: SampleMatch, expected: readonly number[]])[] = [
  ['open upgrades of all connection managers', { name: active, labels: {} }, [3, 31]],
  [
    'those of one of them',
    { name: active, labels: { envoy_http_conn_manager_prefix: 'ingress_https' } },
    [1, 7],
  ],
  [
    'one that has none, which is a zero',
    { name: active, labels: { envoy_http_conn_manager_prefix: 'admin' } },
    [1, 0],
  ],
  [
    'one that is not there, which is no zero',
    { name: active, labels: { envoy_http_conn_manager_prefix: 'egress' } },
    [0, 0],
  ],
  ['all upgrades there were', { name: 'envoy_http_downstream_cx_upgrades_total', labels: {} }, [3, 912]],
  ['empty braces', { name: 'envoy_server_uptime', labels: {} }, [1, 86_402]],
  ['a name that only others begin with', { name: 'envoy_http_downstream_cx', labels: {} }, [0, 0]],
];

for (const [name, match, expected] of ofEnvoy) {
  test(`prometheus text: what Envoy answers to /stats/prometheus: ${name}`, () => {
    assert.deepEqual(sums(envoy, [match]), [expected]);
    assert.deepEqual(sums(envoy, [match], 7), [expected], 'in pieces');
  });
}

const bad: readonly (readonly [string, RegExp])[] = [
  ['<!DOCTYPE html>\n<html>', /^line 1: no sample: "<!DOCTYPE html>"$/],
  ['{"a": 1}', /^line 1: no sample/],
  ['open 1\nhello', /^line 2: no sample: "hello"/],
  ['open', /no sample/],
  ['open{a="b" 1', /no sample/],
  ['open{a=b} 1', /no sample/],
  ['open{a="b"', /no sample/],
  ['open{} 1 2 3 4', /no sample/],
  ['open NaN', /^line 1: no count: "open NaN"$/],
  ['open +Inf', /no count/],
  ['open -1', /no count/],
  ['open 1x', /no count/],
  ['open 0x10', /no count/],
  ['x'.repeat(100_000), /^line 0: a line without end: "x{80}…"$/],
];

for (const [text, problem] of bad) {
  test(`prometheus text: what is none is told with its place: ${text.slice(0, 20)}`, () => {
    assert.throws(
      () => sums(text),
      (error) => error instanceof NoPrometheusText && problem.test(error.message),
    );
  });
}

test('prometheus text: any bytes in any pieces are read or refused, and nothing else is thrown', () => {
  const piece = fc.oneof(
    fc.constantFrom('open', '{', '}', '"', '\\', '=', ',', ' ', '\n', '1', 'a', '#', 'NaN', '\r'),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (pieces, chunk) => {
      const text = pieces.join('');
      const outcome = (bytes: number) => {
        try {
          return sums(text, [{ name: 'open', labels: { a: '1' } }], bytes);
        } catch (error) {
          if (error instanceof NoPrometheusText) return 'refused';
          throw error;
        }
      };
      assert.deepEqual(outcome(chunk), outcome(1e9));
    }),
    { numRuns: 3000 },
  );
});
