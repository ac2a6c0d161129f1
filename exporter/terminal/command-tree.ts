import type { Command, Option } from 'commander';

/** What shells need to know of a command to complete it. */
export interface CommandNode {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionNode[];
  readonly commands: readonly CommandNode[];
  readonly argument: Completed;
}

export interface OptionNode {
  /** `--watch`, and `-w` where there is one. */
  readonly long: string;
  readonly short: string | undefined;
  readonly description: string;
  /** What its value may be; undefined where it takes none. */
  readonly value: Completed | undefined;
}

/** What completes a word: some words, files, or leases that leasewatch is asked for. */
export type Completed =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'files' }
  | { readonly kind: 'leases' }
  | { readonly kind: 'nothing' };

/** Reads a command with all that is below it. The names of arguments say what they are: `<FILE>`, `<namespace/lease>`. */
export function commandTree(command: Command): CommandNode {
  const help = command.createHelp();
  const [argument] = command.registeredArguments;
  return {
    name: command.name(),
    description: command.description(),
    options: help.visibleOptions(command).flatMap(optionNode),
    commands: command.commands.map(commandTree),
    argument: argument === undefined ? { kind: 'nothing' } : completed(argument.name(), argument.argChoices),
  };
}

function optionNode({ long, short, description, flags, argChoices }: Option): OptionNode[] {
  if (long === undefined || long === null) return [];
  const [, value] = /[<[]([^>\]]+)[>\]]/.exec(flags) ?? [];
  const node = { long, short: short ?? undefined, description };
  return [{ ...node, value: value === undefined ? undefined : completed(value, argChoices) }];
}

function completed(name: string, choices: readonly string[] | undefined): Completed {
  if (choices !== undefined) return { kind: 'words', words: choices };
  if (name === 'namespace/lease') return { kind: 'leases' };
  return /^(file|folder)$/i.test(name) ? { kind: 'files' } : { kind: 'nothing' };
}

/** Every command with the words that lead to it, the program itself first. */
export function walk(
  node: CommandNode,
  path: readonly string[] = [],
): readonly { readonly path: readonly string[]; readonly node: CommandNode }[] {
  const below = node.commands.flatMap((command) => walk(command, [...path, command.name]));
  return [{ path, node }, ...below];
}
