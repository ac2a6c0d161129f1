import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const chunk = Buffer.alloc(64 * 1024, 0x5a);
const smallest = 512;

/** A file system of a few MiB in memory, that others can fill up. */
export class SmallDisk {
  readonly folder: string;
  readonly #filler: string;

  /** Undefined where this process may not mount. */
  static mount(mebibytes: number): SmallDisk | undefined {
    const folder = mkdtempSync(join(tmpdir(), 'leasewatch-disk-'));
    try {
      const options = ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'leasewatch-test', folder];
      execFileSync('mount', options, { stdio: 'ignore' });
      return new SmallDisk(folder);
    } catch {
      rmSync(folder, { recursive: true });
      return undefined;
    }
  }

  private constructor(folder: string) {
    this.folder = folder;
    this.#filler = join(folder, 'somebody-else');
  }

  /** Takes all the room that there is, to the last page. */
  fill(): void {
    const file = openSync(this.#filler, 'a');
    try {
      for (let size = chunk.length; size >= smallest; ) {
        try {
          writeSync(file, chunk, 0, size);
        } catch (error) {
          if (!isFull(error)) throw error;
          size /= 2;
        }
      }
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.#filler, { force: true });
  }

  /** From now on nothing can be written to it. */
  protect(): void {
    execFileSync('mount', ['-o', 'remount,ro', this.folder]);
  }

  unmount(): void {
    execFileSync('umount', ['-l', this.folder]);
    rmSync(this.folder, { recursive: true });
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOSPC';
}
