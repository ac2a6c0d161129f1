import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateNames } from './certificate-names.ts';

test('certificate names: each kind, written as Go writes it', () => {
  const text =
    'DNS:prometheus.example, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1, email:a@b.example, URI:spiffe://c/d';
  assert.deepEqual(certificateNames(text), [
    'prometheus.example',
    '10.0.0.1',
    '::1',
    'a@b.example',
    'spiffe://c/d',
  ]);
  assert.deepEqual(certificateNames(undefined), []);
});

test('certificate names: one name cannot pretend to be two', () => {
  assert.deepEqual(certificateNames('DNS:"evil.example, DNS:prometheus.example"'), [
    'evil.example, DNS:prometheus.example',
  ]);
  assert.deepEqual(certificateNames('othername:<unsupported>, DNS:a'), ['a']);
  assert.deepEqual(certificateNames('DirName:"CN = x, DNS:b", DNS:a'), ['a']);
});
