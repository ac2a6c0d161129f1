import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatMicroTime, parseMicroTime } from './microtime.ts';

const parsed: readonly (readonly [string, number | undefined])[] = [
  ['1970-01-01T00:00:00Z', 0],
  ['1970-01-01T00:00:00.000001Z', 1],
  ['2026-01-02T03:04:05.123456Z', 1_767_323_045_123_456],
  ['2026-01-02T03:04:05.1Z', 1_767_323_045_100_000],
  ['2026-01-02T03:04:05.123456789Z', 1_767_323_045_123_456],
  ['2026-01-02T05:04:05.123456+02:00', 1_767_323_045_123_456],
  ['2026-01-01T22:34:05.123456-04:30', 1_767_323_045_123_456],
  ['2026-01-02t03:04:05z', 1_767_323_045_000_000],
  ['1969-12-31T23:59:59.999999Z', -1],
  ['0001-01-01T00:00:00Z', -62_135_596_800_000_000],
  ['9999-12-31T23:59:59Z', 253_402_300_799_000_000],
  ['2026-13-01T00:00:00Z', undefined],
  ['2026-01-02T25:00:00Z', undefined],
  ['2026-01-02T03:04:60Z', undefined],
  ['2026-01-02 03:04:05Z', undefined],
  ['2026-01-02T03:04:05', undefined],
  ['2026-01-02T03:04:05.Z', undefined],
  ['10000-01-01T00:00:00Z', undefined],
  ['2026-01-02T03:04:05Z\n', undefined],
  ['', undefined],
];

for (const [text, micros] of parsed) {
  test(`parses ${JSON.stringify(text)}`, () => assert.equal(parseMicroTime(text), micros));
}

const written: readonly (readonly [number, string])[] = [
  [0, '1970-01-01T00:00:00.000000Z'],
  [1_767_323_045_123_456, '2026-01-02T03:04:05.123456Z'],
  [1_767_323_045_000_001, '2026-01-02T03:04:05.000001Z'],
  [-1, '1969-12-31T23:59:59.999999Z'],
];

for (const [micros, text] of written) {
  test(`writes ${text} and reads it back`, () => {
    assert.equal(formatMicroTime(micros), text);
    assert.equal(parseMicroTime(text), micros);
  });
}
