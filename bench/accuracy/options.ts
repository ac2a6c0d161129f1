import { parseArgs } from 'node:util';

export interface Options {
  readonly seed: number;
  /** So many true rounds at least are judged. */
  readonly rounds: number;
  /** Tells the story of this wrong verdict, counted from 1. */
  readonly explain: number | undefined;
}

/** Reads the command line, or says what is wrong with it. */
export function readOptions(args: readonly string[]): Options | { readonly problem: string } {
  const options = {
    seed: { type: 'string' },
    rounds: { type: 'string' },
    explain: { type: 'string' },
  } as const;
  try {
    const { values } = parseArgs({ args: [...args], options });
    const seed = whole('seed', values.seed ?? '1');
    const rounds = whole('rounds', values.rounds ?? '10000');
    return {
      seed,
      rounds,
      explain: values.explain === undefined ? undefined : whole('explain', values.explain),
    };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function whole(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${name} must be a whole number, not "${text}"`);
  return Number(text);
}
