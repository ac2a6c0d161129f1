import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holderLabel, labelText, printable } from './safe-text.ts';

const uuid = '7b6f6f0e-8f1b-4c7e-9b0a-111111111111';

test('printable text keeps letters and loses what moves a terminal', () => {
  assert.equal(printable('übung-1 日本'), 'übung-1 日本');
  assert.equal(
    printable('a\u001b[2J\r\n\t\u009b\u2028\u202e\ud800'),
    'a\ufffd[2J\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd',
  );
  assert.equal(printable('x'.repeat(300), 10), `${'x'.repeat(10)}…`);
  // A pair that the cut would halve is no half afterwards.
  assert.equal(printable('ab😀', 3).isWellFormed(), true);
});

test('two names never become one label value', () => {
  assert.equal(labelText('kube-system', 253), 'kube-system');
  assert.equal(labelText('x'.repeat(253), 253), 'x'.repeat(253));
  const names = ['a\n', 'a\r', 'a\ufffd', `${'é'.repeat(200)}1`, `${'é'.repeat(200)}2`];
  const labels = names.map((name) => labelText(name, 253));
  assert.equal(new Set(labels).size, names.length);
  assert.ok(labels.every((label) => Buffer.byteLength(label) <= 253));
});

test('a holder label is a plausible name or the word invalid', () => {
  assert.equal(holderLabel(`scheduler-a_${uuid}`), 'scheduler-a');
  assert.equal(holderLabel('ip-10-0-0-1.ec2.internal'), 'ip-10-0-0-1.ec2.internal');
  assert.equal(holderLabel(''), '');
  for (const raw of ['a b', 'a"', 'a\n', 'x'.repeat(101), '\ud800', `${'x'.repeat(1_000_000)}_${uuid}`]) {
    assert.equal(holderLabel(raw), 'invalid');
  }
});
