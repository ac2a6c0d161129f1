/** Where a command writes to: text with its line ends, and whether it goes to a person. */
export interface Output {
  readonly out: NodeJS.WritableStream;
  /** One line, without its end. */
  readonly warn: (line: string) => void;
}

/** The exit codes of the commands that tell of leases; documented in the help and in docs/terminal.md. */
export const exitCodes = { fine: 0, stale: 1, usage: 2, noAnswer: 3, unknown: 4 } as const;
