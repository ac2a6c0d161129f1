import { readFileSync } from 'node:fs';

/** Of a running process, as the kernel counts. */
export interface Usage {
  readonly cpuMs: number;
  readonly rssMb: number;
  /** Of it, what is the process's own, and what are pages of files, such as the program of Node: others share them. */
  readonly anonMb: number;
  readonly fileMb: number;
  readonly peakRssMb: number;
}

/** The kernel counts in hundredths of a second. */
const tickMs = 10;

export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The second field is the name, in parentheses, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs,
    rssMb: kib('VmRSS') / 1024,
    anonMb: kib('RssAnon') / 1024,
    fileMb: kib('RssFile') / 1024,
    peakRssMb: kib('VmHWM') / 1024,
  };
}
