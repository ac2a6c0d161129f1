import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { numberText } from './exposition.ts';
import { LineWriter } from './line-writer.ts';

const millionths = fc.maxSafeInteger().map((value) => value / 1e6);
const moments = fc.nat(2e9).map((ms) => (1_760_000_000_000 + ms) / 1000);
const numbers = fc.oneof(fc.double({ noNaN: true }), fc.integer(), millionths, moments);
const corners = [0, -0, 1e-6, -1e-6, 1e-7, 999_999, 1e6, 2 ** 52 / 1e6, 2 ** 33 + 1e-6, 1e21, -1.5, Infinity];

test('lines: a number is told as numberText tells it', () => {
  const writer = new LineWriter();
  const told = (value: number): string => {
    writer.begin([]);
    writer.number(value);
    return writer.end().toString();
  };
  for (const value of corners) assert.equal(told(value), numberText(value));
  fc.assert(
    fc.property(numbers, (value) => assert.equal(told(value), numberText(value))),
    { numRuns: 20_000 },
  );
});

test('lines: what stands on the shelf is written again, however much it is', () => {
  const writer = new LineWriter();
  for (const length of [10, 300_000, 10]) {
    writer.begin([Buffer.from('é'), Buffer.alloc(length, 'x')]);
    writer.again(0, 2);
    const from = writer.at;
    writer.text('ü ');
    writer.again(2, 2 + length);
    writer.again(from, from + 3);
    writer.byte(0x0a);
    assert.equal(writer.end().toString(), `éü ${'x'.repeat(length)}ü \n`);
  }
});
