import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diallable, parseNetwork } from './probe-address.ts';

const cases: readonly (readonly [string, boolean])[] = [
  ['10.0.0.1', true],
  ['127.0.0.1', true],
  ['93.184.216.34', true],
  ['2001:db8::1', true],
  ['169.253.255.255', true],
  ['169.254.0.0', false],
  ['169.254.169.254', false],
  ['169.254.255.255', false],
  ['::ffff:169.254.169.254', false],
  ['::ffff:a9fe:a9fe', false],
  ['64:ff9b::a9fe:a9fe', false],
  ['fe80::1', false],
  ['fe80::1%eth0', false],
  ['fd00:ec2::254', false],
  ['fd20:ce::254', false],
  ['100.100.100.200', false],
  ['168.63.129.16', false],
];

for (const [address, may] of cases) {
  test(`addresses: ${address} is ${may ? 'dialled' : 'denied'}`, () => {
    assert.deepEqual(diallable([address], []), may ? [address] : []);
  });
}

test('addresses: of several the denied ones are left out', () => {
  assert.deepEqual(diallable(['169.254.169.254', '10.0.0.1'], []), ['10.0.0.1']);
});

test('addresses: what is allowed is dialled, and nothing beside it', () => {
  const both = ['169.254.20.10', '169.254.169.254'];
  assert.deepEqual(diallable(both, ['169.254.20.10']), ['169.254.20.10']);
  assert.deepEqual(diallable(both, ['169.254.20.0/24']), ['169.254.20.10']);
  assert.deepEqual(diallable(['fe80::1'], ['fe80::/64']), ['fe80::1']);
});

test('addresses: what is no network', () => {
  for (const text of ['', 'x', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', 'fe80::/129', '10.0.0', '1/1']) {
    assert.equal(parseNetwork(text), undefined, text);
  }
});
