import type { Clock } from '../clock.ts';

/** Where a command writes to: text with its line ends, and whether it goes to a person. */
export interface Output {
  readonly out: NodeJS.WritableStream;
  /** One line, without its end. */
  readonly warn: (line: string) => void;
  /** A line for a person who waits; absent where nobody reads along. */
  readonly remark?: (line: string) => void;
}

/** Runs `work`; when it takes longer than a person likes to wait in silence, says why, if there is a person. */
export async function withPatience<T>(
  hint: string | undefined,
  { remark }: Output,
  clock: Clock,
  work: () => Promise<T>,
): Promise<T> {
  const cancel =
    hint === undefined || remark === undefined ? () => {} : clock.after(patienceMs, () => remark(hint));
  try {
    return await work();
  } finally {
    cancel();
  }
}

const patienceMs = 2000;

/** The exit codes of the commands that tell of leases; documented in the help and in docs/terminal.md. */
export const exitCodes = { fine: 0, stale: 1, usage: 2, noAnswer: 3, unknown: 4 } as const;
