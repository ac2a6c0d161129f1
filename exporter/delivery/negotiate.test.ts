import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseEncoding, wantsOpenMetrics } from './negotiate.ts';

const prometheus =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,' +
  'application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';

const formats = [
  [undefined, false],
  ['', false],
  ['*/*', false],
  ['text/plain', false],
  ['application/openmetrics-text', true],
  ['Application/OpenMetrics-Text; Version=1.0.0', true],
  ['text/plain;q=0.9, application/openmetrics-text;q=0.1', false],
  ['application/openmetrics-text;q=0', false],
  ['application/openmetrics-text;q=nonsense', false],
  [prometheus, true],
] as const;

for (const [accept, expected] of formats) {
  test(`negotiation: Accept: ${accept} means ${expected ? 'OpenMetrics' : 'text'}`, () => {
    assert.equal(wantsOpenMetrics(accept), expected);
  });
}

const encodings = [
  [undefined, 'identity'],
  ['br, deflate', 'identity'],
  ['gzip', 'gzip'],
  ['gzip, deflate, br, zstd', 'zstd'],
  ['gzip;q=1, zstd;q=0.5', 'gzip'],
  ['zstd;q=0', 'identity'],
  ['gzipped', 'identity'],
] as const;

for (const [header, expected] of encodings) {
  test(`negotiation: Accept-Encoding: ${header} means ${expected}`, () => {
    assert.equal(chooseEncoding(header), expected);
  });
}
