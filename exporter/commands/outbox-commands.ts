import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Config } from '../config.ts';
import type { OutboxTask } from './outbox.ts';

type Flags = Readonly<Record<string, unknown>>;
/** Runs an action with the configuration, and ends the process with what it returns. */
export type WithConfig = (
  action: (config: Config, flags: Flags) => Promise<number>,
) => (flags: Flags) => Promise<void>;

const fileHelp = 'the file of an outbox; that of the configuration unless told';

/** Adds `leasewatch outbox ls|show|export`. */
export function addOutboxCommands(program: Command, withConfig: WithConfig): void {
  const outbox = program.command('outbox').description('look into an outbox, and rescue what is in it');
  const run = (file: string | undefined, flags: Flags, taskOf: (flags: Flags) => OutboxTask) =>
    withConfig(async (config) => {
      const command = await import('./outbox.ts');
      return command.outbox(config, file, taskOf(flags), {
        out: (line) => void process.stdout.write(`${line}\n`),
        warn: (line) => void process.stderr.write(`leasewatch: ${line}\n`),
      });
    })(flags);
  reading(outbox.command('ls').description('what waits for each receiver, and what was refused'))
    .argument('[file]', fileHelp)
    .option('--records', 'each record that waits, oldest first')
    .option('--dead', 'each dead letter, oldest first')
    .addOption(new Option('--most <n>', 'of so many records').default(100).argParser(wholeNumber))
    .action((file: string | undefined, flags: Flags) => run(file, flags, listTask));
  reading(outbox.command('show').description('one record, with all that is known of it'))
    .argument('<id>', 'number of a record, as ls tells it', wholeNumber)
    .argument('[file]', fileHelp)
    .action((id: number, file: string | undefined, flags: Flags) =>
      run(file, flags, ({ output }) => ({ kind: 'show', id, json: output === 'json' })),
    );
  outbox
    .command('export')
    .description('write what waits as requests that curl can send')
    .argument('[file]', fileHelp)
    .requiredOption('--to <folder>', 'where to; nothing there is overwritten')
    .option('--dead', 'dead letters, too')
    .option('--dead-only', 'dead letters alone')
    .option('--config <FILE>', 'configuration in YAML')
    .action((file: string | undefined, flags: Flags) => run(file, flags, exportTask));
}

function reading(command: Command): Command {
  const format = new Option('-o, --output <format>', 'for people or for programs');
  return command
    .addOption(format.choices(['text', 'json']).default('text'))
    .option('--config <FILE>', 'configuration in YAML');
}

function listTask({ records, dead, most, output }: Flags): OutboxTask {
  const json = output === 'json';
  if (records !== true && dead !== true) return { kind: 'summary', json };
  return { kind: 'list', table: dead === true ? 'dead_letters' : 'records', most: Number(most), json };
}

function exportTask({ to, dead, deadOnly }: Flags): OutboxTask {
  const folder = String(to);
  if (deadOnly === true) return { kind: 'export', tables: ['dead_letters'], folder };
  return { kind: 'export', tables: dead === true ? ['records', 'dead_letters'] : ['records'], folder };
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('A whole number from 1 on is needed.');
  return Number(text);
}
