import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerIdOf, podUidOf } from './pod-cgroup.ts';

const uid = '0ce3bbd0-2d6c-4e1c-9b0f-7c9a5d1f4b21';
const dashed = `pod${uid}`;
const underscored = dashed.replaceAll('-', '_');
const container = '3b51a0ae5d1d8b1f3f2f2df8b0a1b27e41d2ac1a6d44a8f7c26f0b9ec5a1d9f4';
const hash = '1f5d8a6c0e7b4f3a9c2d1e0f6b8a7c5d';

const inPods: readonly (readonly [string, string])[] = [
  [
    'version 2, systemd, containerd, burstable',
    `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-${underscored}.slice/cri-containerd-${container}.scope`,
  ],
  [
    'version 2, systemd, containerd, best effort',
    `0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-${underscored}.slice/cri-containerd-${container}.scope`,
  ],
  [
    'version 2, systemd, containerd, guaranteed',
    `0::/kubepods.slice/kubepods-${underscored}.slice/cri-containerd-${container}.scope`,
  ],
  [
    'version 2, systemd, CRI-O',
    `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-${underscored}.slice/crio-${container}.scope`,
  ],
  [
    'version 2, systemd, CRI-O with a cgroup below the scope',
    `0::/kubepods.slice/kubepods-${underscored}.slice/crio-${container}.scope/container`,
  ],
  [
    'version 2, systemd, Docker',
    `0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-${underscored}.slice/docker-${container}.scope`,
  ],
  ['version 2, cgroupfs, containerd', `0::/kubepods/burstable/${dashed}/${container}`],
  ['version 2, cgroupfs, guaranteed', `0::/kubepods/${dashed}/${container}`],
  ['version 2, cgroupfs, CRI-O', `0::/kubepods/burstable/${dashed}/crio-${container}`],
  [
    'version 2, of kind: nested below the kubelet',
    `0::/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-${underscored}.slice/cri-containerd-${container}.scope`,
  ],
  [
    'version 2, a process that has moved itself deeper',
    `0::/kubepods/burstable/${dashed}/${container}/init.scope`,
  ],
  ['version 2, seen from a cgroup namespace', `0::/../../${dashed}/${container}`],
  [
    'version 2, systemd, seen from a cgroup namespace',
    `0::/../../kubepods-burstable-${underscored}.slice/cri-containerd-${container}.scope`,
  ],
  [
    'containerd with systemd, as it wrote before 1.6',
    `0::/system.slice/containerd.service/kubepods-burstable-${underscored}.slice:cri-containerd:${container}`,
  ],
  [
    'version 1, Docker',
    `12:pids:/kubepods/besteffort/${dashed}/${container}\n11:memory:/kubepods/besteffort/${dashed}/${container}\n1:name=systemd:/kubepods/besteffort/${dashed}/${container}`,
  ],
  [
    'version 1, systemd, CRI-O',
    `11:cpu,cpuacct:/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-${underscored}.slice/crio-${container}.scope\n1:name=systemd:/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-${underscored}.slice/crio-${container}.scope`,
  ],
  [
    'hybrid: the line of version 2 says nothing',
    `3:cpuset:/kubepods/burstable/${dashed}/${container}\n0::/system.slice/kubelet.service`,
  ],
  [
    'hybrid: some controllers of version 1 are at the root',
    `5:freezer:/\n4:memory:/kubepods/${dashed}/${container}\n0::/`,
  ],
];

for (const [name, cgroup] of inPods) {
  test(`cgroup: ${name}`, () => {
    assert.equal(podUidOf(`${cgroup}\n`), uid);
    assert.equal(containerIdOf(`${cgroup}\n`), container);
  });
}

test('cgroup: a static Pod has a hash, on both drivers', () => {
  assert.equal(podUidOf(`0::/kubepods/burstable/pod${hash}/${container}`), hash);
  const slice = `kubepods-burstable-pod${hash}.slice`;
  assert.equal(podUidOf(`0::/kubepods.slice/${slice}/cri-containerd-${container}.scope`), hash);
});

const containers: readonly (readonly [string, string, string | undefined])[] = [
  ['a neighbour, seen from a cgroup namespace', `0::/../cri-containerd-${container}.scope`, container],
  ['a neighbour with the driver cgroupfs', `0::/../${container}`, container],
  ['Docker without Kubernetes', `0::/system.slice/docker-${container}.scope`, container],
  ['the Pod itself', `0::/kubepods/burstable/${dashed}`, undefined],
  ['our own, seen from within', '0::/', undefined],
  ['an ID that goes on', `0::/kubepods/${dashed}/${container}0`, undefined],
  ['a static Pod without a container', `0::/kubepods/pod${hash}`, undefined],
];

for (const [name, cgroup, id] of containers) {
  test(`cgroup: the container of ${name}`, () => assert.equal(containerIdOf(cgroup), id));
}

const outside: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['the root', '0::/'],
  ['a service of the machine', '0::/system.slice/kubelet.service'],
  ['a login', '0::/user.slice/user-1000.slice/session-3.scope'],
  ['a container that is no Pod', `0::/system.slice/docker-${container}.scope`],
  ['a container of podman', `0::/machine.slice/libpod-${container}.scope`],
  ['the slice of all Pods', '0::/kubepods.slice/kubepods-burstable.slice'],
  ['the monitor of CRI-O', `0::/kubepods.slice/kubepods-${underscored}.slice/crio-conmon-${container}.scope`],
  ['a UID that is too short', '0::/kubepods/pod0ce3bbd0-2d6c-4e1c-9b0f-7c9a5d1f4b2/x'],
  ['a UID that goes on', `0::/kubepods/${dashed}00/x`],
  ['a line that is none', 'pod'],
  ['bytes', '\u0000\u0001\ufffd::::'],
];

for (const [name, cgroup] of outside) {
  test(`cgroup: ${name} is no Pod`, () => assert.equal(podUidOf(cgroup), undefined));
}
