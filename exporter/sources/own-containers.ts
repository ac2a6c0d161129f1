import { join } from 'node:path';
import type { DescriptorsTold } from '../model/observation.ts';
import { descriptorsByContainer } from './descriptors.ts';
import { namespaceOf, processesIn, readOr } from './node-processes.ts';
import { containerIdOf } from './pod-cgroup.ts';

/**
 * What the containers beside ours have open. They are seen only where the Pod shares its processes
 * (`shareProcessNamespace`); those on our network are of our Pod.
 */
export function ownDescriptors(procRoot: string): readonly DescriptorsTold[] {
  const self = join(procRoot, 'self');
  const ours = containerIdOf(readOr(join(self, 'cgroup'), '')) ?? '';
  const network = namespaceOf(self);
  const others = Array.from(processesIn(procRoot)).filter(
    ({ container, root }) => container !== '' && container !== ours && namespaceOf(root) === network,
  );
  return others.length === 0 ? [{ container: '', unread: 'not_visible' }] : descriptorsByContainer(others);
}
