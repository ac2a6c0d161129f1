import { parseArgs } from 'node:util';

export interface Options {
  readonly seed: number;
  readonly kills: number;
}

/** Reads the command line, or says what is wrong with it. */
export function readOptions(args: readonly string[]): Options | { readonly problem: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { seed: { type: 'string' }, kills: { type: 'string' } },
    });
    return { seed: whole('seed', values.seed ?? '1'), kills: whole('kills', values.kills ?? '200') };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function whole(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${name} must be a whole number, not "${text}"`);
  return Number(text);
}
