import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseContainers } from './parse-containers.ts';

const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(64));

test('containers: of every kind and every runtime', () => {
  const status = {
    containerStatuses: [{ name: 'server', containerID: `containerd://${a}` }],
    initContainerStatuses: [{ name: 'sidecar', containerID: `cri-o://${b}` }],
    ephemeralContainerStatuses: [{ name: 'debug', containerID: `docker://${c}` }],
  };
  assert.deepEqual(
    [...parseContainers({ status })],
    [
      [a, 'server'],
      [b, 'sidecar'],
      [c, 'debug'],
    ],
  );
});

const none = [
  undefined,
  {},
  { status: { containerStatuses: 'x' } },
  { status: { containerStatuses: [null, { name: 'waiting' }, { name: 'waiting', containerID: '' }] } },
  { status: { containerStatuses: [{ containerID: `containerd://${a}` }] } },
  { status: { containerStatuses: [{ name: 'x', containerID: `containerd://${a}0` }] } },
  { status: { containerStatuses: [{ name: 7, containerID: 7 }] } },
];

for (const pod of none) {
  test(`containers: none in ${JSON.stringify(pod)?.slice(0, 70)}`, () =>
    assert.equal(parseContainers(pod).size, 0));
}
