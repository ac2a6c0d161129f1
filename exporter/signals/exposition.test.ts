import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Family, renderFamilies } from './exposition.ts';

const gauge: Family = {
  name: 'x_info',
  help: 'A \\ back\nslash and a "quote".',
  type: 'gauge',
  samples: [{ labels: { a: 'C:\\dir\n"x"', b: '\u001b[31m\ud800' }, value: 1 }],
};
const counter: Family = {
  name: 'x_gap_seconds_total',
  help: 'Gap.',
  type: 'counter',
  samples: [{ labels: {}, value: 0.1 }],
};
const histogram: Family = {
  name: 'x_duration_seconds',
  help: 'Duration.',
  type: 'histogram',
  samples: [
    {
      suffix: '_bucket',
      labels: { le: 1, class: 'lock' },
      value: 1,
      exemplar: { labels: { trace_id: 'ab' }, value: 0.5, timestamp: 1700000000.25 },
    },
    { suffix: '_bucket', labels: { le: '+Inf', class: 'lock' }, value: 1 },
    { suffix: '_sum', labels: { class: 'lock' }, value: 0.5 },
    { suffix: '_count', labels: { class: 'lock' }, value: 1 },
  ],
};
const numbers: Family = {
  name: 'x_numbers',
  help: 'Numbers.',
  type: 'gauge',
  samples: [Number.NaN, Infinity, -Infinity, -0, 1e21, 1.5e-9, 2 ** 53].map((value) => ({
    labels: {},
    value,
  })),
};

const table: readonly { name: string; family: Family; text: string; open: string }[] = [
  {
    name: 'escapes help and label values',
    family: gauge,
    text: '# HELP x_info A \\\\ back\\nslash and a "quote".\n# TYPE x_info gauge\nx_info{a="C:\\\\dir\\n\\"x\\"",b="\ufffd[31m\ufffd"} 1\n',
    open: '# HELP x_info A \\\\ back\\nslash and a \\"quote\\".\n# TYPE x_info gauge\nx_info{a="C:\\\\dir\\n\\"x\\"",b="\ufffd[31m\ufffd"} 1\n# EOF\n',
  },
  {
    name: 'names counters and units as each format wants',
    family: counter,
    text: '# HELP x_gap_seconds_total Gap.\n# TYPE x_gap_seconds_total counter\nx_gap_seconds_total 0.1\n',
    open: '# HELP x_gap_seconds Gap.\n# TYPE x_gap_seconds counter\n# UNIT x_gap_seconds seconds\nx_gap_seconds_total 0.1\n# EOF\n',
  },
  {
    name: 'tells exemplars in OpenMetrics alone',
    family: histogram,
    text: '# HELP x_duration_seconds Duration.\n# TYPE x_duration_seconds histogram\nx_duration_seconds_bucket{le="1",class="lock"} 1\nx_duration_seconds_bucket{le="+Inf",class="lock"} 1\nx_duration_seconds_sum{class="lock"} 0.5\nx_duration_seconds_count{class="lock"} 1\n',
    open: '# HELP x_duration_seconds Duration.\n# TYPE x_duration_seconds histogram\n# UNIT x_duration_seconds seconds\nx_duration_seconds_bucket{le="1.0",class="lock"} 1 # {trace_id="ab"} 0.5 1700000000.250\nx_duration_seconds_bucket{le="+Inf",class="lock"} 1\nx_duration_seconds_sum{class="lock"} 0.5\nx_duration_seconds_count{class="lock"} 1\n# EOF\n',
  },
  {
    name: 'spells numbers',
    family: numbers,
    text: '# HELP x_numbers Numbers.\n# TYPE x_numbers gauge\nx_numbers NaN\nx_numbers +Inf\nx_numbers -Inf\nx_numbers 0\nx_numbers 1e+21\nx_numbers 1.5e-9\nx_numbers 9007199254740992\n',
    open: '# HELP x_numbers Numbers.\n# TYPE x_numbers gauge\nx_numbers NaN\nx_numbers +Inf\nx_numbers -Inf\nx_numbers 0\nx_numbers 1e+21\nx_numbers 1.5e-9\nx_numbers 9007199254740992\n# EOF\n',
  },
  {
    name: 'leaves out a family without samples',
    family: { ...gauge, samples: [] },
    text: '',
    open: '# EOF\n',
  },
];

for (const { name, family, text, open } of table) {
  test(`exposition: ${name}`, () => {
    assert.equal(renderFamilies([family], 'text'), text);
    assert.equal(renderFamilies([family], 'openmetrics'), open);
  });
}
