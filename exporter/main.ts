#!/usr/bin/env node
import { basename } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { parseDuration } from './commands/duration.ts';
import { becomeFit } from './commands/fit-process.ts';
import { addOutboxCommands } from './commands/outbox-commands.ts';
import { endWithReader } from './commands/reader-gone.ts';
import { addCompletionCommand, addTerminalCommands } from './commands/terminal-commands.ts';
import { type Config, loadConfig } from './config.ts';
import { configFlags } from './config-flags.ts';
import { describeProblem } from './config-problems.ts';
import { tellCrashes } from './crash.ts';

const { version } = packageJson;

/** Started by kubectl, which knows its plugins by the names of their files. */
const isPlugin = basename(process.argv[1] ?? '').startsWith('kubectl-leasewatch');

/** The command line. Each command is imported when it is called: none loads what only another needs. */
function commandLine(): Command {
  const program = new Command(isPlugin ? 'kubectl leasewatch' : 'leasewatch')
    .description('Who leads, who went silent, and who is still on the line.')
    .version(version)
    // Before any command is added: they take it over. 1 is the answer of some commands, and no misuse.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .showHelpAfterError('(--help tells more)');
  configured(
    program.command('run').description('watch a cluster and the connections of this machine'),
  ).action(
    withConfig(async (config) => {
      becomeFit(config);
      return (await import('./commands/run.ts')).run(config, version);
    }),
  );
  configured(program.command('demo').description('watch a simulated cluster in which things go wrong'))
    .addOption(new Option('--for <duration>', 'end after this time, such as 30s').argParser(durationFlag))
    .addOption(new Option('--chaos <seed|off>', 'repeat a schedule of faults, or none').argParser(seedFlag))
    .action(
      withConfig(async (config, flags) => {
        const { demo } = await import('./commands/demo.ts');
        endWithReader(process.stdout);
        const { for: forMs, chaos } = flags;
        return demo({
          config,
          version,
          forMs: typeof forMs === 'number' ? forMs : undefined,
          chaos: chaos === 'off' || typeof chaos === 'number' ? chaos : undefined,
          out: process.stdout,
        });
      }),
    );
  configured(program.command('check').description('check a configuration and print what it means'))
    .option('--schema', 'print the JSON Schema of configuration files, for editors')
    .action(async (flags: Flags) => {
      if (flags.schema === true) return printSchema();
      return withConfig(async (config) => {
        const wrong = await (await import('./web/web-settings.ts')).webProblems(config.web.configFile);
        if (wrong.length > 0) return fail(wrong);
        process.stdout.write((await import('./config-describe.ts')).describeConfig(config));
        return 0;
      })(flags);
    });
  program
    .command('replay')
    .argument('<file>', 'a recording made with --record')
    .option('--config <FILE>', 'configuration in YAML, for its policies')
    .description('a recorded stream of observations, judged again, as text')
    .action((file: string, flags: Flags) =>
      withConfig(async ({ policies }) => {
        const { replay } = await import('./commands/replay.ts');
        return replay(file, policies, (line) => void process.stdout.write(`${line}\n`));
      })(flags),
    );
  addOutboxCommands(program, withConfig);
  addTerminalCommands(program, isPlugin);
  addCompletionCommand(program);
  return program;
}

/** Adds the options that set something in the configuration. */
function configured(command: Command): Command {
  command.option('--config <FILE>', 'configuration in YAML');
  for (const { flag, value, help } of configFlags) command.option(`${flag} <${value}>`, help);
  return command;
}

async function printSchema(): Promise<void> {
  process.stdout.write((await import('./config-json-schema.ts')).configJsonSchema());
}

type Flags = Readonly<Record<string, unknown>>;

/** Loads the configuration, or prints all that is wrong with it and exits with 2: nothing is started. */
function withConfig(action: (config: Config, flags: Flags) => Promise<number>) {
  return async (flags: Flags): Promise<void> => {
    const file = typeof flags.config === 'string' ? flags.config : undefined;
    const loaded = loadConfig({ flags, env: process.env, file });
    if (loaded.kind === 'ok') {
      process.exitCode = await action(loaded.config, flags);
      return;
    }
    process.exitCode = fail(loaded.problems.map(describeProblem));
  };
}

function fail(problems: readonly string[]): number {
  for (const problem of problems) process.stderr.write(`leasewatch: ${problem}\n`);
  return 2;
}

function durationFlag(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('A duration such as 500ms, 30s, 2m or 1h is needed.');
  return ms;
}

function seedFlag(text: string): number | 'off' {
  if (text === 'off') return 'off';
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('A whole number, or off, is needed.');
  return Number(text);
}

tellCrashes();
await commandLine().parseAsync();
