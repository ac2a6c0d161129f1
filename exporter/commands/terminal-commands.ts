import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { shells } from '../terminal/shells.ts';
import { parseDuration } from './duration.ts';
import type { Format, LeasesTask } from './leases.ts';
import type { Output } from './output.ts';
import { endWithReader } from './reader-gone.ts';
import type { Whom } from './whom-to-ask.ts';

type Flags = Readonly<Record<string, unknown>>;

const defaultUrl = 'http://127.0.0.1:9465';
const formats: readonly Format[] = ['wide', 'json', 'yaml', 'name'];
const states = ['held', 'expired', 'released', 'vacant', 'orphaned', 'deleted', 'unknown'];
const classes = ['election', 'coordinated', 'apiserver', 'heartbeat', 'lock'];

const codesOfExplain = `
Exit code: 0 held, or free and nobody has to hold it; 1 stale: nobody renews or holds it who should;
2 wrong usage; 3 no answer, or no such lease; 4 unknown at this moment.`;

/** Adds `leasewatch leases` and `leasewatch explain`. `straight`: the cluster is asked unless a URL is given. */
export function addTerminalCommands(program: Command, straight: boolean): void {
  asking(program.command('leases').description('who holds which lease, and for how long'), straight, '3s')
    .argument('[names...]', 'only leases of these names')
    .option('-n, --namespace <NAME>', 'only leases of this namespace')
    .option('-A, --all-namespaces', 'leases of all namespaces, as without --namespace')
    .addOption(new Option('-o, --output <FORMAT>', 'another format than the table').choices(formats))
    .addOption(
      new Option('--state <STATES>', 'only leases in these states').choices(states).argParser(listOf(states)),
    )
    .addOption(
      new Option('--class <CLASSES>', 'only leases of these classes')
        .choices(classes)
        .argParser(listOf(classes)),
    )
    .option('--no-headers', 'no headings')
    .option('-w, --watch', 'append what changes, until Ctrl-C')
    .action(async (names: readonly string[], flags: Flags, command: Command) => {
      const { leases } = await import('./leases.ts');
      const { task, ended } = await leasesTask(names, flags, straight, command);
      process.exitCode = await leases(task, output());
      ended();
    });
  asking(program.command('explain').description('the story of a lease in plain words'), straight, '60s')
    .argument('<namespace/lease>', 'the lease')
    .addOption(new Option('-o, --output <FORMAT>', 'for programs').choices(['json']))
    .addHelpText('after', codesOfExplain)
    .action(async (lease: string, flags: Flags, command: Command) => {
      const [namespace, name, more] = lease.split('/');
      if (!namespace || !name || more !== undefined)
        return command.error(`error: a lease is named NAMESPACE/NAME, not "${lease}"`);
      const { explain } = await import('./explain.ts');
      const task = {
        whom: whomOf(flags, straight, command),
        namespace,
        name,
        json: flags.output === 'json',
        timeZone: undefined,
      };
      process.exitCode = await explain(task, output());
    });
}

/** Adds `leasewatch completion`; the commands that are there when it is called are completed. */
export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description('the script that completes these commands in a shell')
    .addArgument(new Argument('<shell>', 'whose: source <(leasewatch completion bash)').choices(shells))
    .action(async (shell: string) => {
      const { commandTree } = await import('../terminal/command-tree.ts');
      const { completionScript } = await import('../terminal/completions.ts');
      const known = shells.find((each) => each === shell);
      // kubectl calls the program by another name; its commands are the same.
      const tree = { ...commandTree(program), name: 'leasewatch' };
      if (known !== undefined) process.stdout.write(completionScript(known, tree));
    });
}

/** Adds the options that say whom to ask. */
function asking(command: Command, straight: boolean, look: string): Command {
  const usual = straight ? 'unless told, the cluster is asked' : `unless told, ${defaultUrl}`;
  return command
    .addOption(new Option('--url <URL>', `a running leasewatch; ${usual}`).env('LEASEWATCH_URL'))
    .option('--user <NAME>', 'user of the leasewatch')
    .option('--password-file <FILE>', 'password of the user')
    .option('--token-file <FILE>', 'bearer token')
    .option('--ca-file <FILE>', 'authorities to trust instead of the usual ones')
    .option('--cert-file <FILE>', 'certificate to show')
    .option('--key-file <FILE>', 'key of the certificate')
    .option('--cluster', 'ask the cluster itself, as kubectl does')
    .option('--service <NAMESPACE/NAME>', 'a leasewatch in the cluster, through the API server')
    .option('--kubeconfig <FILE>', 'with --cluster or --service: credentials')
    .option('--context <NAME>', 'with --cluster or --service: context in the kubeconfig')
    .addOption(
      new Option('--look <DURATION>', 'with --cluster: how long to look for verdicts, at most')
        .default(durationFlag(look), look)
        .argParser(durationFlag),
    );
}

function whomOf(flags: Flags, straight: boolean, command: Command): Whom {
  const [first, second] = ['url', 'service', 'cluster'].filter(
    (name) => command.getOptionValueSource(name) === 'cli',
  );
  if (second !== undefined) command.error(`error: --${first} and --${second} exclude each other`);
  const text = (name: string): string | undefined => {
    const value = flags[name];
    return typeof value === 'string' ? value : undefined;
  };
  const [kubeconfig, context, service] = [text('kubeconfig'), text('context'), text('service')];
  const direct = flags.cluster === true || service !== undefined || (straight && text('url') === undefined);
  const cluster = {
    lookMs: Number(flags.look),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    ...(service === undefined ? {} : { service }),
  };
  return {
    url: text('url') ?? defaultUrl,
    user: text('user'),
    passwordFile: text('passwordFile'),
    tokenFile: text('tokenFile'),
    caFile: text('caFile'),
    certFile: text('certFile'),
    keyFile: text('keyFile'),
    cluster: direct ? cluster : undefined,
  };
}

/** With `--watch`, a signal ends it in good order. */
async function leasesTask(names: readonly string[], flags: Flags, straight: boolean, command: Command) {
  const { systemClock } = await import('../clock.ts');
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  if (flags.watch === true) for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  const task: LeasesTask = {
    whom: whomOf(flags, straight, command),
    namespace: typeof flags.namespace === 'string' ? flags.namespace : undefined,
    names,
    states: strings(flags.state),
    classes: strings(flags.class),
    format: formats.find((format) => format === flags.output) ?? 'table',
    headers: flags.headers !== false,
    watch: flags.watch === true ? stopping.signal : undefined,
    clock: systemClock(),
  };
  return { task, ended: () => void ['SIGINT', 'SIGTERM'].map((signal) => process.off(signal, stop)) };
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function listOf(allowed: readonly string[]) {
  return (text: string): readonly string[] => {
    const words = text.split(',');
    const wrong = words.find((word) => !allowed.includes(word));
    if (wrong !== undefined) throw new InvalidArgumentError(`"${wrong}" is none of ${allowed.join(', ')}.`);
    return words;
  };
}

function durationFlag(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('A duration such as 500ms, 30s, 2m or 1h is needed.');
  return ms;
}

function output(): Output {
  endWithReader(process.stdout);
  const warn = (line: string): void => void process.stderr.write(`leasewatch: ${line}\n`);
  return { out: process.stdout, warn, ...(process.stderr.isTTY ? { remark: warn } : {}) };
}
