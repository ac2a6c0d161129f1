import { stringify } from 'yaml';
import { type Clock, sleep } from '../clock.ts';
import { printable } from '../signals/safe-text.ts';
import { answerSchemas, type LeaseAnswer } from '../terminal/answers.ts';
import { headings, leaseRow } from '../terminal/lease-rows.ts';
import { Columns, painter } from '../terminal/table.ts';
import { askFor, type Teller } from '../terminal/teller.ts';
import { exitCodes, type Output } from './output.ts';
import { isHeartbeat, openTeller, type Whom } from './whom-to-ask.ts';

export type Format = 'table' | 'wide' | 'json' | 'yaml' | 'name';

export interface LeasesTask {
  readonly whom: Whom;
  /** Those that are told; all of them where a field is absent or empty. */
  readonly namespace: string | undefined;
  readonly names: readonly string[];
  readonly states: readonly string[];
  readonly classes: readonly string[];
  readonly format: Format;
  readonly headers: boolean;
  /** Goes on telling what changes, until it is aborted. */
  readonly watch: AbortSignal | undefined;
  readonly clock: Clock;
}

/** Between two looks of `--watch`, in milliseconds. */
const watchMs = 1000;

/** `leasewatch leases`. Returns the exit code. */
export async function leases(task: LeasesTask, output: Output): Promise<number> {
  const [name] = task.names.length === 1 ? task.names : [];
  const opened = await openTeller(task.whom, { namespace: task.namespace, name });
  if (opened.kind !== 'ok') {
    output.warn(opened.why);
    return opened.kind === 'usage' ? exitCodes.usage : exitCodes.noAnswer;
  }
  const { teller } = opened;
  try {
    return await tell(teller, task, output);
  } finally {
    await teller.close();
  }
}

async function tell(teller: Teller, task: LeasesTask, output: Output): Promise<number> {
  const first = await listed(teller, task);
  if (first.kind === 'failed') {
    output.warn(first.why);
    return exitCodes.noAnswer;
  }
  const missing = task.names.filter((name) => !first.all.some(({ lease }) => lease === name));
  for (const name of missing) output.warn(`there is no lease ${printable(name)}${placeOf(task)}`);
  const printer = printerOf(task, output);
  printer.print(first.leases, first.asOf);
  explainEmptiness(first.leases, task, output);
  explainUnknown(first.leases, task, output);
  if (task.watch !== undefined) await follow(teller, task, task.watch, first.leases, printer, output);
  return missing.length > 0 ? exitCodes.noAnswer : exitCodes.fine;
}

interface Listed {
  readonly kind: 'ok';
  /** Those that are told. */
  readonly leases: readonly LeaseAnswer[];
  /** Those of the namespace, whatever their names and states. */
  readonly all: readonly LeaseAnswer[];
  readonly asOf: number;
}

async function listed(teller: Teller, task: LeasesTask): Promise<Listed | { kind: 'failed'; why: string }> {
  const asked = await askFor(teller, 'leases', answerSchemas.leases);
  if (asked.kind === 'failed') return asked;
  const { leases, asOf } = asked.answer;
  const all = leases.filter(({ namespace }) => task.namespace === undefined || namespace === task.namespace);
  const told = all.filter((lease) => isWanted(lease, task)).toSorted(byName);
  return { kind: 'ok', leases: told, all, asOf: asOf?.unix ?? task.clock.now().wall / 1e6 };
}

function isWanted(lease: LeaseAnswer, { names, states, classes }: LeasesTask): boolean {
  const isOneOf = (text: string, wanted: readonly string[]) => wanted.length === 0 || wanted.includes(text);
  return isOneOf(lease.lease, names) && isOneOf(lease.state, states) && isOneOf(lease.class, classes);
}

function byName(a: LeaseAnswer, b: LeaseAnswer): number {
  return compare(a.namespace, b.namespace) || compare(a.lease, b.lease);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface Printer {
  print(leases: readonly LeaseAnswer[], asOf: number): void;
}

/** Prints leases in one of the formats; more of them may follow. */
function printerOf(task: LeasesTask, { out }: Output): Printer {
  const write = (text: string): void => void (text === '' || out.write(`${text}\n`));
  const watched = task.watch !== undefined;
  switch (task.format) {
    case 'name':
      return {
        print: (all) => write(all.map((each) => printable(`${each.namespace}/${each.lease}`)).join('\n')),
      };
    case 'json':
      return { print: (all) => write(watched ? all.map(line).join('\n') : document({ leases: all })) };
    case 'yaml':
      return { print: (all) => write(`${watched ? '---\n' : ''}${yaml({ leases: all })}`) };
    case 'table':
    case 'wide':
      return tablePrinter(task, out);
  }
}

/** The escapes of JSON and YAML leave some unsafe characters as they are. */
function harmless(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line, 100_000))
    .join('\n');
}

/** As `/api/leases` tells them. */
function document(value: object): string {
  return harmless(JSON.stringify(value, undefined, 2));
}

function yaml(value: object): string {
  return harmless(stringify(value).trimEnd());
}

/** For programs that read line by line while it watches. */
function line(lease: LeaseAnswer): string {
  return printable(JSON.stringify(lease), 100_000);
}

function tablePrinter(task: LeasesTask, out: NodeJS.WritableStream): Printer {
  const columns = new Columns(painter(out));
  const options = { namespaces: task.namespace === undefined, wide: task.format === 'wide' };
  let heads = task.headers;
  return {
    print(leases, asOf) {
      if (leases.length === 0) return;
      const rows = leases.map((lease) => leaseRow(lease, asOf, options));
      for (const line of columns.lines(heads ? [headings(options), ...rows] : rows)) out.write(`${line}\n`);
      heads = false;
    },
  };
}

/** Appends what changed, as kubectl does. A renewal is no change. */
async function follow(
  teller: Teller,
  task: LeasesTask,
  stop: AbortSignal,
  first: readonly LeaseAnswer[],
  printer: Printer,
  { warn }: Output,
): Promise<void> {
  const told = new Map(first.map((lease) => [keyOf(lease), tokenOf(lease)]));
  let trouble = '';
  while (!stop.aborted) {
    await sleep(task.clock, watchMs, stop);
    if (stop.aborted) return;
    const now = await listed(teller, { ...task, states: [] });
    const why = now.kind === 'failed' ? now.why : '';
    if (why !== trouble) warn(why === '' ? 'leasewatch answers again' : `${why}; trying again`);
    trouble = why;
    if (now.kind === 'failed') continue;
    const changed = now.leases.filter((lease) => told.get(keyOf(lease)) !== tokenOf(lease));
    for (const lease of changed) told.set(keyOf(lease), tokenOf(lease));
    const wanted = changed.filter((lease) => isWanted(lease, task));
    if (wanted.length > 0) printer.print(wanted, now.asOf);
  }
}

function keyOf({ namespace, lease }: LeaseAnswer): string {
  return `${namespace}/${lease}`;
}

function tokenOf({ state, holder, transitions }: LeaseAnswer): string {
  return JSON.stringify([state, holder, transitions]);
}

function explainEmptiness(leases: readonly LeaseAnswer[], task: LeasesTask, { warn }: Output): void {
  if (leases.length > 0 || task.names.length > 0) return;
  if (isHeartbeat(task))
    warn('the leases of this namespace are heartbeats of nodes: see /api/nodes, or explain one of them');
  else warn(`no leases found${placeOf(task)}`);
}

function explainUnknown(leases: readonly LeaseAnswer[], task: LeasesTask, { warn }: Output): void {
  const unknown = leases.filter(({ state }) => state === 'unknown').length;
  const { cluster } = task.whom;
  if (unknown === 0 || task.watch !== undefined) return;
  if (cluster === undefined || cluster.service !== undefined) return;
  const [many, them] = unknown === 1 ? ['1 lease is', 'it'] : [`${unknown} leases are`, 'them'];
  const seconds = cluster.lookMs / 1000;
  warn(
    `${many} not judged: nobody wrote ${them} in the ${seconds} s of this look, and that proves nothing (--look 60s looks longer)`,
  );
}

function placeOf({ namespace }: LeasesTask): string {
  return namespace === undefined ? '' : ` in namespace ${printable(namespace)}`;
}
