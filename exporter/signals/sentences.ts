import { type LogEventName, logEvents, type SpanName } from '../catalogue.ts';
import { type Importance, importance } from '../delivery/outbox.ts';
import type {
  Event,
  ExpectationEvent,
  IdleTimeoutEvent,
  MassSilenceEvent,
  NodeOutageEvent,
  OverlapEvent,
  Place,
  PolicyUnmatchedEvent,
  Round,
  RoundEvent,
  Suspect,
} from '../model/event.ts';
import { holderName } from '../model/holder-identity.ts';
import type { ProbeEvent } from '../model/probe-event.ts';
import { printable } from './safe-text.ts';
import { meanwhile, probeWords } from './sentences-probes.ts';
import { idleTimeoutText, incidentText } from './socket-sentences.ts';
import { spanIdOf } from './span-ids.ts';

/** A log line of an event: its sentence and what it is about. */
export interface Sentence {
  readonly event: LogEventName;
  readonly level: 'info' | 'warn';
  readonly text: string;
  readonly about: Readonly<Partial<Record<LineField, string>>>;
  readonly importance: Importance;
}

type LineField = 'namespace' | 'lease' | 'holder' | 'pod' | 'node' | 'fate' | 'trace_id' | 'span_id';

/** The line of an event; none where another event tells the same, or nothing was learned. */
export function sentenceOf(event: Event): Sentence | undefined {
  switch (event.kind) {
    case 'lease-state': {
      // Node leases are told as nodes; that a lease is not judged yet is no news.
      if (event.class === 'node' || (event.from === undefined && event.to === 'unknown')) return undefined;
      const by = event.to === 'held' ? ` by ${name(event.holder)}` : '';
      const text = `${leaseName(event)}: ${turn(event.from, event.to)}${by}${because(event.why)}`;
      return line('lease_state', text, aboutLease(event, event.holder), importance.transition);
    }
    case 'late-renewal': {
      const { holder, intervalSeconds, durationSeconds } = event;
      const text = `${leaseName(event)}: renewed late by ${name(holder)}, ${seconds(intervalSeconds)} after the last renewal, duration ${seconds(durationSeconds)}`;
      return line('lease_late_renewal', text, aboutLease(event, holder), importance.renewal);
    }
    case 'missed-rounds': {
      const { holder, rounds, from, to } = event;
      const elections = rounds === 1 ? '1 election was' : `${rounds} elections were`;
      const text = `${leaseName(event)}: ${elections} not seen: leaseTransitions went from ${from} to ${to}`;
      return line('lease_missed_rounds', text, aboutLease(event, holder), importance.transition);
    }
    case 'round':
      return roundLine(event);
    case 'overlap':
      return overlapLine(event);
    case 'round-fate': {
      const what =
        event.fate === 'node_lost' ? 'lost with its node' : `${event.fate.replaceAll('_', ' ')} on`;
      const text = `${leaseName(event)}: the predecessor ${name(event.predecessor)} was ${what} ${name(event.predecessorAt.node)}, trace ${event.traceId}`;
      const about = { ...aboutLease(event, event.predecessor), ...event.predecessorAt, fate: event.fate };
      return line(
        'round_fate',
        text,
        { ...about, ...aboutTrace(event.traceId, 'round') },
        importance.transition,
      );
    }
    case 'holder-restarted': {
      const { holder, restarts, reason } = event;
      const times = restarts === 1 ? 'restarted' : `restarted ${restarts} times`;
      const text = `${leaseName(event)}: containers of ${name(holder)} ${times}${because(reason)}`;
      const about = { ...aboutLease(event, holder), ...event.holderAt };
      return line('holder_restarted', text, about, importance.transition);
    }
    case 'node-state': {
      if (event.from === undefined && event.to === 'unknown') return undefined;
      const text = `node ${name(event.node)}: ${turn(event.from, event.to)}${because(event.why)}`;
      return line('node_state', text, { node: event.node }, importance.outage);
    }
    case 'heartbeat':
      return undefined;
    case 'node-outage':
      return outageLine(event);
    case 'mass-silence':
      return massSilenceLine(event);
    case 'expectation':
      return expectationLine(event);
    case 'policy-unmatched':
      return line('policy_unmatched', unmatched(event), {}, importance.outage);
    case 'incident': {
      const { namespace, pod, step } = event;
      const about = { namespace, pod, ...aboutTrace(event.traceId, 'incident') };
      const name = step === 'opened' ? 'websocket_incident_opened' : 'websocket_incident_closed';
      return line(name, incidentText(event), about, importance.outage);
    }
    case 'pod-unread': {
      const { namespace, pod, why } = event;
      const text = `connections of ${printable(namespace)}/${printable(pod)} are not counted${because(why)}`;
      return line('websocket_pod_unread', text, { namespace, pod }, importance.outage);
    }
    case 'idle-timeout':
      return idleTimeoutLine(event);
    case 'replica': {
      const told = `this replica ${event.pushes ? 'pushes' : 'stands by'}${because(event.why)}`;
      return line('replica_state', told, {}, importance.outage);
    }
    case 'probe':
      return probeLine(event);
    case 'source': {
      const untold = meanwhile(event.untold, 'readings that went otherwise');
      const told = `source ${name(event.source)}: ${event.to}${because(event.why)}${untold}`;
      const said = line('source_state', told, {}, importance.outage);
      return event.to === 'up' ? { ...said, level: 'info' } : said;
    }
  }
}

function expectationLine(event: ExpectationEvent): Sentence {
  const { to, why, absentSeconds, policy } = event;
  const about = { namespace: event.namespace, lease: event.lease };
  const absent = seconds(absentSeconds);
  const say = (name: LogEventName, text: string) =>
    line(name, `${leaseName(event)}: ${text}`, about, importance.transition);
  if (to === 'absent') {
    const what = why === 'missing' ? 'there is none' : `it is ${why}`;
    return say(
      'lease_expected_absent',
      `${policy} expects it to be held, and ${what}: no holder for ${absent}`,
    );
  }
  if (to === 'present') return say('lease_expected_present', `${why} after ${absent} without a holder`);
  return say('lease_expected_forgotten', `expected no more${because(why)}`);
}

function unmatched({ policy, about, matches, near }: PolicyUnmatchedEvent): string {
  const what = about === 'leases' ? 'no lease' : 'no node';
  const hint = near.length === 0 ? 'and there is nothing like it' : `near it: ${near.map(name).join(', ')}`;
  return `${policy} (${printable(matches, 1000)}) matches ${what}, ${hint}`;
}

function probeLine(event: ProbeEvent): Sentence | undefined {
  const words = probeWords(event);
  if (words === undefined) return undefined;
  const said = line(words.event, words.text, {}, importance.outage);
  return words.good ? { ...said, level: 'info' } : said;
}

function roundLine({ step, round }: RoundEvent): Sentence {
  const lease = leaseName(round);
  const holder = step === 'opened' ? round.predecessor : round.successor;
  const about = { ...aboutLease(round, holder), ...aboutTrace(round.traceId, 'round') };
  const say = (event: LogEventName, text: string) =>
    line(event, `${lease}: ${text}`, about, importance.transition);
  if (step === 'opened')
    return say(
      'round_opened',
      `${opening(round)}${round.uncertain ? ', uncertain' : ''}, trace ${round.traceId}`,
    );
  if (step === 'acquired')
    return say('round_acquired', `acquired by ${name(round.successor)}${times(round)}${edited(round)}`);
  if (step === 'lost') {
    // Who was named by the controller of a coordinated election and never wrote has acquired nothing.
    const how =
      round.acquired === undefined
        ? 'was assigned the lease and never wrote'
        : 'was lost before its first renewal';
    return say('round_lost', `${name(round.successor)} ${how}`);
  }
  const text = `${ending(round)}${times(round)}${edited(round)}${doubt(round)}${fateOf(round)}`;
  const told = { ...about, ...round.successorAt, ...(round.fate === undefined ? {} : { fate: round.fate }) };
  return line('round_closed', `${lease}: ${text}`, told, importance.transition);
}

/** A person wrote the holder: no candidate did, and none may know. */
function edited(round: Round): string {
  const tools = new Set(
    round.writes.flatMap(({ byHand }) => (byHand === undefined ? [] : [printable(byHand)])),
  );
  return tools.size === 0 ? '' : `, edited by hand with ${[...tools].join(', ')}`;
}

function opening(round: Round): string {
  const silent = seconds((round.vacated - round.lastRenewal) / 1e6);
  if (round.cause === 'created') return 'round opened, the lease is new';
  return `round opened, ${round.cause}, last renewal by ${name(round.predecessor)} ${silent} before`;
}

function ending(round: Round): string {
  const outcome = round.outcome ?? 'unknown';
  if (outcome === 'elected') {
    const [before, after] = tellApart(round.predecessor, round.successor);
    return `round closed, elected: ${before} -> ${after}`;
  }
  if (outcome === 'abandoned') return 'round closed, abandoned: nobody acquired the lease';
  return `round closed, ${outcome} by ${name(round.successor)}`;
}

/** What became of the predecessor, as far as it is known. */
function fateOf({ fate, predecessorAt }: Round): string {
  if (fate === undefined || fate === 'unknown') return '';
  return `, predecessor ${fate.replaceAll('_', ' ')}${on(predecessorAt)}`;
}

function on({ node }: Place): string {
  return node === '' ? '' : ` on ${name(node)}`;
}

function times(round: Round): string {
  if (round.acquired === undefined || round.cause === 'created') return '';
  const gap = Math.max(0, round.acquired - round.lastRenewal) / 1e6;
  const leaderless = round.leaderlessSeconds;
  const attempts = round.attempts > 1 ? `, attempt ${round.attempts}` : '';
  return `, gap ${seconds(gap)}, leaderless ${seconds(leaderless)}${attempts}`;
}

function doubt({ uncertain, unseen }: Round): string {
  if (!uncertain) return '';
  return unseen === undefined
    ? ', uncertain'
    : `, uncertain within ${seconds((unseen.to - unseen.from) / 1e6)}`;
}

function overlapLine({ round, first, second, from, until, firstWrite, secondWrite }: OverlapEvent): Sentence {
  const [former, latter] = tellApart(first, second);
  const evidence = `its last write ${printable(firstWrite)}, the acquisition ${printable(secondWrite)}`;
  const text = `${leaseName(round)}: possible overlap, acquired by ${latter} while ${former} was entitled for ${seconds((until - from) / 1e6)} more: ${evidence}`;
  const about = { ...aboutLease(round, second), ...aboutTrace(round.traceId, 'round') };
  return line('lease_possible_overlap', text, about, importance.transition);
}

function outageLine(outage: NodeOutageEvent): Sentence {
  const { node, step, lastHeartbeat, lost, closed, end, traceId } = outage;
  const about = { node, ...aboutTrace(traceId, 'outage') };
  if (step === 'opened') {
    const silent = seconds((lost - lastHeartbeat) / 1e6);
    const text = `node ${name(node)}: lost, no heartbeat for ${silent}${unsure(outage)}, trace ${traceId}`;
    return line('node_outage_opened', text, about, importance.outage);
  }
  const lasted = closed === undefined ? '' : ` after ${seconds((closed - lastHeartbeat) / 1e6)}`;
  const text = `node ${name(node)}: outage ended, ${end ?? 'unknown'}${lasted}${unsure(outage)}${together(outage)}`;
  return line('node_outage_closed', text, about, importance.outage);
}

function unsure({ unseen }: NodeOutageEvent): string {
  return unseen === undefined ? '' : `, uncertain within ${seconds((unseen.to - unseen.from) / 1e6)}`;
}

function together({ together: many }: NodeOutageEvent): string {
  if (many === undefined) return '';
  return `, one of ${many.silent} that fell silent at once, of ${many.of} nodes: suspect ${suspects[many.suspect]}`;
}

const suspects: Readonly<Record<Suspect, string>> = {
  partition: 'the network between them and the API server, which others go on to write to',
  control_plane: 'the API server, etcd or the network first',
};

function massSilenceLine({ class: kind, to, silent, of, nodes, suspect }: MassSilenceEvent): Sentence {
  const told = line('mass_silence', '', {}, importance.outage);
  if (to === 'ended') return { ...told, level: 'info', text: `class ${kind}: the silence of many is over` };
  const others = kind !== 'node' && nodes ? ', and so did the nodes' : '';
  const text = `class ${kind}: ${silent} of ${of} fell silent at once${others}: suspect ${suspects[suspect ?? 'control_plane']}`;
  return { ...told, text };
}

function idleTimeoutLine(event: IdleTimeoutEvent): Sentence {
  const { namespace, pod } = event;
  const told = line('websocket_idle_timeout', idleTimeoutText(event), { namespace, pod }, importance.outage);
  return event.to === 'gone' ? { ...told, level: 'info' } : told;
}

function line(event: LogEventName, text: string, about: Sentence['about'], rank: Importance): Sentence {
  return { event, level: logEvents[event].level, text, about, importance: rank };
}

interface LeaseNames {
  readonly namespace: string;
  readonly lease: string;
}

function leaseName({ namespace, lease }: LeaseNames): string {
  return `lease ${name(namespace)}/${name(lease)}`;
}

function aboutLease({ namespace, lease }: LeaseNames, holder: string): Sentence['about'] {
  return { namespace, lease, holder };
}

function aboutTrace(traceId: string, span: SpanName): Sentence['about'] {
  return { trace_id: traceId, span_id: spanIdOf(traceId, span) };
}

function turn(from: string | undefined, to: string): string {
  return from === undefined ? `seen ${to}` : `${from} -> ${to}`;
}

function because(why: string): string {
  return why === '' ? '' : `, ${printable(why, 500)}`;
}

function name(text: string): string {
  return text === '' ? 'nobody' : printable(holderName(text));
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

/** Two processes of one host have the same name but for their uuids: of these the beginning is told, too. */
function tellApart(first: string, second: string): readonly [string, string] {
  const [one, other] = [name(first), name(second)];
  return one === other && first !== second ? [withUuid(first), withUuid(second)] : [one, other];
}

function withUuid(holder: string): string {
  return printable(holder.slice(0, holderName(holder).length + 9));
}
