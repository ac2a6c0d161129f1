import { z } from 'zod';
import { prefix } from '../../exporter/catalogue.ts';
import type { OutboxRecord } from '../../exporter/delivery/outbox.ts';
import type { Event, Round } from '../../exporter/model/event.ts';
import type { FindHolder } from '../../exporter/model/observation.ts';
import type { ProbeEvent } from '../../exporter/model/probe-event.ts';

/** How a transcript tells what came out: every line begins with the second, and is free of chance. */

/** Seconds after `epoch`, to the millisecond, without noughts at the end. */
export function secondsSince(epoch: number, micros: number): string {
  return String(Math.round((micros - epoch) / 1000) / 1000);
}

export function shortTrace(id: string): string {
  return id.slice(0, 6);
}

const quoted = (text: string) => (/^[\x21\x23-\x7e]+$/.test(text) ? text : JSON.stringify(text));

export function eventLine(event: Event): string {
  switch (event.kind) {
    case 'lease-state':
      return (
        `lease ${event.namespace}/${event.lease} ${event.from ?? 'new'} -> ${event.to}: ${event.why.replaceAll('\n', '\\n')}` +
        (event.delaySeconds === undefined ? '' : ` (${rounded(event.delaySeconds)} s after its time)`)
      );
    case 'round-fate':
      return `round ${shortTrace(event.traceId)} predecessor ${quoted(event.predecessor)} of ${event.namespace}/${event.lease} ${event.fate}${event.outageTraceId === undefined ? '' : `: outage ${shortTrace(event.outageTraceId)}`}`;
    case 'holder-restarted':
      return `holder of ${event.namespace}/${event.lease} restarted: ${event.restarts} ${event.reason}`;
    case 'late-renewal':
      return `late renewal ${event.namespace}/${event.lease} by ${quoted(event.holder)} after ${rounded(event.intervalSeconds)} of ${event.durationSeconds} s`;
    case 'missed-rounds':
      return `missed ${event.namespace}/${event.lease}: ${event.rounds}, transitions from ${event.from} to ${event.to}, now ${quoted(event.holder)}`;
    case 'round':
      return `round ${shortTrace(event.round.traceId)} ${event.step}: ${roundText(event.step, event.round)}`;
    case 'overlap': {
      const { round, first, second, from, until, firstWrite, secondWrite } = event;
      return `overlap ${shortTrace(round.traceId)}: ${quoted(first)} (write ${firstWrite}) and ${quoted(second)} (write ${secondWrite}) for ${rounded((until - from) / 1e6)} s`;
    }
    case 'node-state':
      return `node ${event.node} ${event.from ?? 'new'} -> ${event.to}: ${event.why}`;
    case 'node-outage':
      return `outage ${shortTrace(event.traceId)} ${event.step}: node ${event.node}${event.end === undefined ? '' : `, ${event.end}`}${event.unseen === undefined ? '' : ', uncertain'}${event.together === undefined ? '' : `, ${event.together.suspect} of ${event.together.silent}/${event.together.of}`}`;
    case 'heartbeat':
      return `heartbeat ${event.node} after ${rounded(event.intervalSeconds)} s`;
    case 'mass-silence':
      return `mass silence of ${event.class} ${event.to}${event.to === 'began' ? `: ${event.silent} of ${event.of}` : ''}`;
    case 'expectation':
      return `expected ${event.namespace}/${event.lease} ${event.to}: ${event.why}, ${rounded(event.absentSeconds)} s without a holder`;
    case 'policy-unmatched':
      return `${event.policy} matches no ${event.about}; near: ${event.near.join(', ')}`;
    case 'incident': {
      const { change, step, before, extreme, beside, outcome } = event;
      const next = beside === undefined ? 'nothing' : `${beside.what} ${shortTrace(beside.traceId)}`;
      return `incident ${shortTrace(event.traceId)} ${step}: ${change} of ${event.namespace}/${event.pod}${event.port === undefined ? '' : `:${event.port}`} from ${before} to ${extreme}, beside ${next}${outcome === undefined ? '' : `, ${outcome}`}`;
    }
    case 'pod-unread':
      return `connections of ${event.namespace}/${event.pod} not counted (${event.reason}): ${event.why}`;
    case 'idle-timeout':
      return `idle timeout of ${event.namespace}/${event.pod}:${event.port} ${event.to}${event.timeout === undefined ? '' : `: ${event.timeout.count} of ${event.timeout.of} ended after ${rounded(event.timeout.seconds)} s`}`;
    case 'replica':
      return `replica ${event.pushes ? 'pushes' : 'stands by'}: ${event.why}`;
    case 'probe':
      return probeText(event);
    case 'source':
      return `source ${event.source} ${event.to}: ${event.why}${event.untold === 0 ? '' : ` (${event.untold} untold)`}`;
  }
}

function probeText(event: ProbeEvent): string {
  const target = `probe ${event.target}`;
  if (event.step === 'pong') return `${target} pong after ${rounded(event.rttSeconds)} s`;
  if (event.step === 'handshake') return `${target} handshake ${Object.entries(event.phases).join(' ')}`;
  const untold = event.untold === 0 ? '' : ` (${event.untold} untold)`;
  if (event.step === 'closed')
    return `${target} closed by the ${event.initiator} with ${event.code} after ${rounded(event.heldSeconds)} s${untold}`;
  if (event.step === 'session') return `${target} session ${event.failure ?? 'kept'}: ${event.why}${untold}`;
  if (event.step === 'spread') {
    const [backends, failures] = [event.backends, event.failures].map((counts) => Object.fromEntries(counts));
    return `${target} spread ${JSON.stringify({ ...backends, ...failures })}: ${event.why}${untold}`;
  }
  return `${target} ${event.failure ?? 'succeeds'}: ${event.why}${untold}`;
}

function roundText(step: string, round: Round): string {
  const name = `${round.namespace}/${round.lease} ${round.cause}`;
  const unsure = round.uncertain ? ', uncertain' : '';
  if (step === 'opened') return `${name}, predecessor ${quoted(round.predecessor)}${unsure}`;
  if (step === 'closed') {
    const attempts = round.attempts === 1 ? '' : `, ${round.attempts} attempts`;
    return `${name}, ${round.outcome}, successor ${quoted(round.successor)}${attempts}${unsure}`;
  }
  return `${name}, attempt ${round.attempts} by ${quoted(round.successor)}${unsure}`;
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;

const attributeValue = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  .transform((value) => Object.values(value)[0] ?? '');
const attributes = z
  .array(z.object({ key: z.string(), value: attributeValue }))
  .transform((list) =>
    list.map(({ key, value }) => [key.replace(/^(leasewatch|k8s)\./, ''), value] as const),
  );
const spanSchema = z.object({
  ...{ traceId: z.string(), spanId: z.string(), parentSpanId: z.string().optional(), name: z.string() },
  ...{ startTimeUnixNano: z.string(), endTimeUnixNano: z.string(), attributes },
  events: z.array(z.object({ timeUnixNano: z.string(), name: z.string(), attributes })),
  links: z.array(z.object({ traceId: z.string() })),
  status: z.object({ code: z.number(), message: z.string().optional() }),
});
const resourceSpan = z.object({
  scopeSpans: z.tuple([z.object({ spans: z.tuple([spanSchema]) })]),
});

export interface ToldSpan {
  readonly name: string;
  readonly lines: readonly string[];
}

/** Reads one record of the route `traces` as a receiver would; times are seconds after `epoch`. */
export function readSpan(record: OutboxRecord, epoch: number): ToldSpan {
  const [{ spans }] = resourceSpan.parse(JSON.parse(Buffer.from(record.body).toString())).scopeSpans;
  const [span] = spans;
  const time = (nanos: string) => secondsSince(epoch, Number(nanos.slice(0, -3)));
  const root = span.parentSpanId === undefined;
  // The children say no more than which lease it is, and that the root says too.
  const about = root
    ? span.attributes.map(([key, value]) => `${key}=${quoted(String(value))}`).join(' ')
    : '';
  const failed = span.status.code === 0 ? '' : ` error: ${span.status.message}`;
  return {
    name: span.name,
    lines: [
      `${root ? '' : 'child '}${span.name} ${shortTrace(span.traceId)} from ${time(span.startTimeUnixNano)} to ${time(span.endTimeUnixNano)}${root ? ` {${about}}` : ''}${failed}`,
      ...span.events.map(
        (each) =>
          `  at ${time(each.timeUnixNano)} ${each.name} ${each.attributes.map(([, value]) => quoted(String(value))).join(' ')}`,
      ),
      ...span.links.map((link) => `  linked to ${shortTrace(link.traceId)}`),
    ],
  };
}

const logEntry = z.tuple([z.string(), z.string(), z.record(z.string(), z.string())]);

export interface ToldLog {
  readonly event: string;
  readonly line: string;
}

/** Reads one record of the route `logs` as Loki would. */
export function readLog(record: OutboxRecord): ToldLog {
  const [, text, metadata] = logEntry.parse(JSON.parse(Buffer.from(record.body).toString()));
  const { level } = z.object({ level: z.string() }).parse(JSON.parse(record.stream));
  const about = Object.entries(metadata).map(([key, value]) => {
    const shown = key.endsWith('_id') ? shortTrace(value) : value;
    return `${key}=${quoted(shown)}`;
  });
  const told = text.replace(/\b[0-9a-f]{32}\b/g, shortTrace);
  return { event: metadata.event ?? '', line: `${level} ${told} {${about.join(' ')}}` };
}

/** The samples of an exposition that match, without the prefix; trace ids are shortened. */
export function samplesMatching(exposition: string, pattern: string): string[] {
  const wanted = new RegExp(pattern);
  return exposition
    .split('\n')
    .filter((line) => line.startsWith(prefix) && wanted.test(line))
    .map((line) => line.slice(prefix.length).replace(/\b[0-9a-f]{32}\b/g, shortTrace));
}

export function findLine(ask: FindHolder): string {
  const how = `${ask.urgent ? ' now' : ''}${ask.verify ? ', is its workload left' : ''}`;
  return `find the holder of ${ask.namespace}/${ask.lease}${how}: ${ask.candidates.join(', ')}`;
}
