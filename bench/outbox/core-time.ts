import { readFileSync } from 'node:fs';

/** The core on which the outbox is measured. */
export const core = 0;

/**
 * Seconds from here to the call of the result, without those in which other programs had the core: what is left is
 * our own work, and waiting for the disk. Counts nothing off unless this process is `pinned` to the core.
 */
export function watchCore(pinned: boolean): () => number {
  const [started, busy, own] = [performance.now(), busySeconds(), process.cpuUsage()];
  return () => {
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(own);
    const others = pinned ? Math.max(0, busySeconds() - busy - (user + system) / 1e6) : 0;
    return seconds - others;
  };
}

/** The kernel counts in hundredths of a second. */
const perSecond = 100;

/** Without interrupts: on behalf of whom they came cannot be told. */
function busySeconds(): number {
  const line = new RegExp(`^cpu${core} (.*)$`, 'm').exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? '';
  const [user = 0, nice = 0, system = 0, , , , , steal = 0] = line.split(' ').map(Number);
  return (user + nice + system + steal) / perSecond;
}
