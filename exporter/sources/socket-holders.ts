import { opendirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { namespaceOf, processesIn } from './node-processes.ts';

interface Holder {
  readonly root: string;
  /** The descriptor, as a path in procfs. */
  readonly link: string;
}

/** To look into every process takes a while: what was not found is not searched for in every census. */
const searchEveryMs = 60_000;

/**
 * Which processes have given sockets open. Without a capability only those of our own user may be looked into.
 * Times are monotonic milliseconds.
 */
export class SocketHolders {
  #known = new Map<number, Holder>();
  #searchAt = 0;

  /** The folders of the processes in procfs, each once. */
  of(inodes: readonly number[], procRoot: string, mono: number): readonly string[] {
    const known = this.#known;
    this.#known = new Map();
    for (const inode of inodes) {
      const holder = known.get(inode);
      if (holder !== undefined && socketAt(holder.link) === inode) this.#known.set(inode, holder);
    }
    const missing = new Set(inodes.filter((inode) => !this.#known.has(inode)));
    if (missing.size > 0 && mono >= this.#searchAt) {
      this.#searchAt = mono + searchEveryMs;
      for (const [inode, holder] of search(missing, procRoot)) this.#known.set(inode, holder);
    }
    return [...new Set(Array.from(this.#known.values(), ({ root }) => root))];
  }
}

function* search(missing: Set<number>, procRoot: string): Iterable<readonly [number, Holder]> {
  const network = namespaceOf(join(procRoot, 'self'));
  for (const { root } of processesIn(procRoot)) {
    if (missing.size === 0) return;
    if (namespaceOf(root) !== network) continue;
    for (const link of descriptorsOf(root)) {
      const inode = socketAt(link);
      if (inode !== undefined && missing.delete(inode)) yield [inode, { root, link }];
    }
  }
}

/** One by one: a server may have a hundred thousand, and the socket that listens is among the first. */
function* descriptorsOf(root: string): Iterable<string> {
  try {
    const folder = opendirSync(join(root, 'fd'));
    try {
      for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
        yield join(root, 'fd', entry.name);
      }
    } finally {
      folder.closeSync();
    }
  } catch {
    // Of another user, or gone.
  }
}

/** The inode of a socket, modulo 2^32 as in the table; `undefined` for another descriptor, or one that is gone. */
function socketAt(link: string): number | undefined {
  try {
    const digits = /^socket:\[(\d+)\]$/.exec(readlinkSync(link))?.[1];
    return digits === undefined ? undefined : Number(digits) % 2 ** 32;
  } catch {
    return undefined;
  }
}
