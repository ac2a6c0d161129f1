import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Descriptors, DescriptorsTold, UnreadDescriptors } from '../model/observation.ts';
import type { PodProcess } from './node-processes.ts';

/**
 * Of every container the process with the least room for further descriptors, or why nobody knows. Nothing
 * is told of a container whose processes have all ended meanwhile.
 */
export function descriptorsByContainer(
  processes: readonly Omit<PodProcess, 'pid'>[],
): readonly DescriptorsTold[] {
  const told = new Map<string, DescriptorsTold>();
  for (const { container, root } of processes) {
    const read = readDescriptors(root);
    if (read === undefined) continue;
    const each = { container, ...read };
    const before = told.get(container);
    if (before === undefined || ('open' in each && isTighter(each, before))) told.set(container, each);
  }
  return [...told.values()];
}

function isTighter(each: Descriptors, than: DescriptorsTold): boolean {
  return !('open' in than) || each.open / each.most > than.open / than.most;
}

/**
 * What a process has open is the size of its folder `fd`: to list that would need a capability. `undefined`
 * when it has ended.
 */
export function readDescriptors(
  processRoot: string,
): Omit<Descriptors, 'container'> | Omit<UnreadDescriptors, 'container'> | undefined {
  try {
    const open = statSync(join(processRoot, 'fd')).size;
    const most = parseLimit(readFileSync(join(processRoot, 'limits'), 'latin1'));
    // Kernels before 6.2 give the folder no size.
    if (open === 0) return { unread: 'not_told' };
    return most === undefined ? { unread: 'no_limit' } : { open, most };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'EACCES' || code === 'EPERM' ? { unread: 'denied' } : undefined;
  }
}

/** The soft limit on open files in /proc/PID/limits. */
export function parseLimit(limits: string): number | undefined {
  const soft = /^Max open files\s+(\d+)\s/m.exec(limits)?.[1];
  return soft === undefined || Number(soft) === 0 ? undefined : Number(soft);
}
