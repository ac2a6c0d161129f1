import { join } from 'node:path';
import type { DescriptorsTold } from '../model/observation.ts';
import { descriptorsByContainer } from './descriptors.ts';
import { namespaceOf, type PodProcess, processesIn, readOr } from './node-processes.ts';
import { containerIdOf, shortContainerId } from './pod-cgroup.ts';
import { SocketHolders } from './socket-holders.ts';

/**
 * Descriptors of the servers beside us. The containers of our Pod are seen only where it shares its processes
 * (`shareProcessNamespace`). Where there are none, the processes that listen are looked for, as far as they
 * are of our own user: that is so on a machine without containers.
 */
export class OwnDescriptors {
  readonly #holders = new SocketHolders();

  /** `listeners` are the inodes of the sockets that listen on the ports; `mono` is monotonic milliseconds. */
  read(procRoot: string, listeners: readonly number[], mono: number): readonly DescriptorsTold[] {
    const containers = descriptorsByContainer(neighbours(procRoot));
    if (containers.length > 0) return containers.map(withShortId);
    const servers = this.#holders.of(listeners, procRoot, mono).map((root) => ({ root, container: '' }));
    const told = descriptorsByContainer(servers);
    return told.length > 0 ? told : [{ container: '', unread: 'not_visible' }];
  }
}

/** From within a Pod nobody tells the name. */
function withShortId(told: DescriptorsTold): DescriptorsTold {
  return { ...told, container: shortContainerId(told.container) };
}

/** In other containers than ours, and on our network. */
function neighbours(procRoot: string): readonly PodProcess[] {
  const self = join(procRoot, 'self');
  const ours = containerIdOf(readOr(join(self, 'cgroup'), '')) ?? '';
  const network = namespaceOf(self);
  return Array.from(processesIn(procRoot)).filter(
    ({ container, root }) => container !== '' && container !== ours && namespaceOf(root) === network,
  );
}
