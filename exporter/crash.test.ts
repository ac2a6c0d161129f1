import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crashText } from './crash.ts';

test('crash: the stacks of an error and of its causes are told, and nothing that hangs on them', () => {
  const cause = Object.assign(new Error('no answer from http://me:planted@loki:3100/x'), {
    request: { headers: { authorization: 'planted' } },
  });
  const text = crashText(Object.assign(new Error('outer', { cause }), { config: 'planted' }));
  assert.match(
    text,
    /^leasewatch: a bug: Error: outer\n {4}at .*\ncaused by: Error: no answer from http:\/\/\(hidden\)@loki:3100\/x\n/s,
  );
  assert.ok(!text.includes('planted'), text);
});

test('crash: what is no error, and what is its own cause, are told too', () => {
  assert.equal(crashText('planted'), 'leasewatch: a bug: a thrown string\n');
  const loop = new Error('loop');
  loop.cause = loop;
  assert.equal(crashText(loop).match(/Error: loop/g)?.length, 5);
});
