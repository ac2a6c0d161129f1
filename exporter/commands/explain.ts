import { systemClock } from '../clock.ts';
import { printable } from '../signals/safe-text.ts';
import { answerSchemas, type LeaseAnswer, type NodeAnswer, type RoundAnswer } from '../terminal/answers.ts';
import { leaseStory, nodeStory, type Story, type Verdict } from '../terminal/story.ts';
import { painter, type Style } from '../terminal/table.ts';
import { askFor, type Teller } from '../terminal/teller.ts';
import { exitCodes, type Output, withPatience } from './output.ts';
import { isHeartbeat, openTeller, type Whom } from './whom-to-ask.ts';

export interface ExplainTask {
  readonly whom: Whom;
  readonly namespace: string;
  readonly name: string;
  readonly json: boolean;
  /** Of the reader; that of the process when undefined. */
  readonly timeZone: string | undefined;
}

type Told =
  | {
      readonly kind: 'ok';
      readonly story: Story;
      readonly about: LeaseAnswer | NodeAnswer;
      readonly round?: RoundAnswer;
    }
  | { readonly kind: 'missed'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string };

/** `leasewatch explain`. Returns the exit code. */
export async function explain(task: ExplainTask, output: Output): Promise<number> {
  const opened = await openTeller(task.whom, task);
  if (opened.kind !== 'ok') {
    output.warn(opened.why);
    return opened.kind === 'usage' ? exitCodes.usage : exitCodes.noAnswer;
  }
  const { teller } = opened;
  try {
    const told = await withPatience(hintOf(task), output, systemClock(), () =>
      isHeartbeat(task) ? tellNode(teller, task) : tellLease(teller, task),
    );
    if (told.kind === 'ok') return print(task, told, output);
    output.warn(told.why);
    return told.kind === 'missed' ? exitCodes.stale : exitCodes.noAnswer;
  } finally {
    await teller.close();
  }
}

/** Straight from the cluster, the first write has to be waited for. */
function hintOf({ whom: { cluster } }: ExplainTask): string | undefined {
  if (cluster === undefined || cluster.service !== undefined) return undefined;
  return `waits for a write, or for the time of the lease to be up: ${cluster.lookMs / 1000} s at most (--look)`;
}

async function tellLease(teller: Teller, task: ExplainTask): Promise<Told> {
  const leases = await askFor(teller, 'leases', answerSchemas.leases);
  if (leases.kind === 'failed') return leases;
  const rounds = await askFor(teller, 'rounds', answerSchemas.rounds);
  if (rounds.kind === 'failed') return rounds;
  const isIt = (each: { namespace: string; lease: string }) =>
    each.namespace === task.namespace && each.lease === task.name;
  const lease = leases.answer.leases.find(isIt);
  if (lease === undefined) return absent(teller, task, isIt);
  const round = rounds.answer.rounds.find((each) => each.open && isIt(each));
  const story = leaseStory(lease, {
    asOf: leases.answer.asOf?.unix ?? Date.now() / 1000,
    watchedSeconds: leases.answer.watchedSeconds ?? undefined,
    timeZone: task.timeZone,
    openRound: round,
  });
  return { kind: 'ok', story, about: lease, ...(round === undefined ? {} : { round }) };
}

/** No lease of this name: bad where a policy expects one. */
async function absent(
  teller: Teller,
  { namespace, name }: ExplainTask,
  isIt: (each: { namespace: string; lease: string }) => boolean,
): Promise<Told> {
  const asked = await askFor(teller, 'policies', answerSchemas.policies);
  const policies = asked.kind === 'failed' ? [] : asked.answer.policies;
  const why = `there is no lease ${printable(namespace)}/${printable(name)}`;
  const by = policies.find(({ expected }) => expected.some((each) => isIt(each) && each.absent));
  if (by !== undefined)
    return { kind: 'missed', why: `${why}, and ${printable(by.policy)} expects it to be held` };
  const ignoring = policies.some(({ ignoredLeases }) => (ignoredLeases ?? 0) > 0);
  return { kind: 'failed', why: ignoring ? `${why}, or a policy ignores it` : why };
}

async function tellNode(teller: Teller, { namespace, name }: ExplainTask): Promise<Told> {
  const nodes = await askFor(teller, 'nodes', answerSchemas.nodes);
  if (nodes.kind === 'failed') return nodes;
  const node = nodes.answer.nodes.find((each) => each.node === name);
  if (node === undefined)
    return { kind: 'failed', why: `there is no lease ${printable(namespace)}/${printable(name)}` };
  return { kind: 'ok', story: nodeStory(node), about: node };
}

function print(
  { namespace, name, json }: ExplainTask,
  { story, about, round }: Extract<Told, { kind: 'ok' }>,
  { out }: Output,
): number {
  const what = `${printable(namespace)}/${printable(name)}`;
  const [first = '', ...rest] = story.lines;
  if (json) {
    const told = {
      namespace,
      lease: name,
      verdict: story.verdict,
      story: story.lines,
      about,
      openRound: round ?? null,
    };
    for (const line of JSON.stringify(told, undefined, 2).split('\n'))
      out.write(`${printable(line, 100_000)}\n`);
  } else {
    out.write(`${what}: ${painter(out)(styles[story.verdict], first)}\n`);
    for (const line of rest) out.write(`${line}\n`);
  }
  return codes[story.verdict];
}

const styles: Readonly<Record<Verdict, Style>> = {
  held: 'green',
  free: 'none',
  stale: 'red',
  unknown: 'yellow',
};

const codes: Readonly<Record<Verdict, number>> = {
  held: exitCodes.fine,
  free: exitCodes.fine,
  stale: exitCodes.stale,
  unknown: exitCodes.unknown,
};
