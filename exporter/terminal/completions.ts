import { type CommandNode, type Completed, type OptionNode, walk } from './command-tree.ts';
import type { Shell } from './shells.ts';

/** The script that makes a shell complete the commands of this program. */
export function completionScript(shell: Shell, program: CommandNode): string {
  const { name } = program;
  switch (shell) {
    case 'bash':
      return `# bash completion of ${name}: source <(${name} completion bash)
${bash(program, name)}complete -F _${name} ${name}
`;
    case 'zsh':
      // zsh runs the functions of bash.
      return `#compdef ${name}
# zsh completion of ${name}: source <(${name} completion zsh)
autoload -U +X bashcompinit && bashcompinit
${bash(program, name)}complete -o default -F _${name} ${name}
`;
    case 'fish':
      return fish(program);
    case 'kubectl':
      return `#!/usr/bin/env bash
# To be on the PATH, executable, as kubectl_complete-${name}.
${bash(program, `kubectl ${name}`)}COMP_WORDS=(${name} "$@")
COMP_CWORD=$#
_${name}
printf '%s\\n' "\${COMPREPLY[@]}" ':0'
`;
  }
}

/** The function that completes the words of the program; `call` is how the program is called. */
function bash(program: CommandNode, call: string): string {
  const { name } = program;
  return `_${name}() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} path= index
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$path \${COMP_WORDS[index]}" in
${commandsBelow(program)
  .map(({ path }) => `      ${quoted(spaced(path))}) path=${quoted(spaced(path))} ;;`)
  .join('\n')}
    esac
  done
  case "$path $before" in
${walk(program)
  .flatMap(({ path, node }) => bashValues(path, node.options))
  .join('\n')}
  esac
  case "$path" in
${walk(program)
  .map(({ path, node }) => `    ${quoted(spaced(path))}) ${bashWords(node)} ;;`)
  .join('\n')}
  esac
}
_leases_of_${name}() {
  COMPREPLY=($(compgen -W "$(${call} leases --output name 2>/dev/null)" -- "$1"))
}
`;
}

function commandsBelow(program: CommandNode) {
  return walk(program).filter(({ path }) => path.length > 0);
}

function spaced(path: readonly string[]): string {
  return path.map((word) => ` ${word}`).join('');
}

/** The options of one command that take a value, those together that take the same. */
function bashValues(path: readonly string[], options: readonly OptionNode[]): string[] {
  const patterns = new Map<string, string[]>();
  for (const { long, short, value } of options) {
    if (value === undefined) continue;
    const flags = short === undefined ? [long] : [long, short];
    const same = patterns.get(bashReply(value)) ?? [];
    patterns.set(bashReply(value), [...same, ...flags.map((flag) => quoted(`${spaced(path)} ${flag}`))]);
  }
  return [...patterns].map(([reply, flags]) => `    ${flags.join(' | ')}) ${reply}; return ;;`);
}

function bashReply(value: Completed): string {
  switch (value.kind) {
    case 'words':
      return `COMPREPLY=($(compgen -W ${quoted(value.words.join(' '))} -- "$word"))`;
    case 'files':
      // Readline itself completes files: it knows about folders, spaces and ~.
      return 'compopt -o default 2>/dev/null';
    case 'leases':
      return '_leases_of_leasewatch "$word"';
    case 'nothing':
      return ':';
  }
}

/** Options where a dash begins one; otherwise what may stand here. */
function bashWords({ options, commands, argument }: CommandNode): string {
  const flags = options.flatMap(({ long, short }) => [long, ...(short === undefined ? [] : [short])]);
  const given = `COMPREPLY=($(compgen -W ${quoted(flags.join(' '))} -- "$word"))`;
  const names = commands.map(({ name }) => name);
  const other = names.length > 0 ? bashReply({ kind: 'words', words: names }) : bashReply(argument);
  return `if [[ $word == -* ]]; then ${given}; else ${other}; fi`;
}

function fish(program: CommandNode): string {
  const { name } = program;
  const lines = walk(program).flatMap(({ path, node }) => {
    const here = `complete -c ${name} -n ${quoted(fishCondition(path, node))}`;
    return [
      `${here} -f`,
      ...node.commands.map((each) => `${here} -a ${each.name} -d ${fishQuoted(each.description)}`),
      ...(node.commands.length > 0 ? [] : fishArgument(here, node.argument, name)),
      ...node.options.map((option) => fishOption(here, option)),
    ];
  });
  return `# fish completion of ${name}: ${name} completion fish | source\n${lines.join('\n')}\n`;
}

/** Behind the words of the path, and before those of a command below it. */
function fishCondition(path: readonly string[], { commands }: CommandNode): string {
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const below = commands.map((command) => command.name).join(' ');
  const not = below === '' ? [] : [`not __fish_seen_subcommand_from ${below}`];
  return [...seen, ...not].join('; and ') || 'true';
}

function fishOption(here: string, { long, short, description, value }: OptionNode): string {
  const flags = `-l ${long.slice(2)}${short === undefined ? '' : ` -s ${short.slice(1)}`}`;
  return `${here} ${flags}${fishValue(value)} -d ${fishQuoted(description)}`;
}

function fishValue(value: Completed | undefined): string {
  if (value === undefined) return '';
  if (value.kind === 'files') return ' -rF';
  return value.kind === 'words' ? ` -x -a ${quoted(value.words.join(' '))}` : ' -x';
}

function fishArgument(here: string, argument: Completed, name: string): string[] {
  if (argument.kind === 'files') return [`${here} -F`];
  if (argument.kind === 'words') return [`${here} -a ${quoted(argument.words.join(' '))}`];
  return argument.kind === 'leases' ? [`${here} -a '(${name} leases --output name 2>/dev/null)'`] : [];
}

/** For bash and zsh. None of our words has a quote in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
