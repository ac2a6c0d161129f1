import { type Attributes, SpanStatusCode } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { importance, type OutboxRecord } from '../delivery/outbox.ts';
import type { Event, NodeOutageEvent, OverlapEvent, Place, Round, RoundEvent } from '../model/event.ts';
import { isoTime } from './iso-time.ts';
import { linkTo } from './links.ts';
import { printable } from './safe-text.ts';
import { createSampling, type SamplingOptions } from './sampling.ts';
import { createTracer, type FinishedSpan, type TraceResource } from './tracer.ts';
import { incidentSpans } from './traces-incidents.ts';

export interface TracesOptions {
  deliver(record: OutboxRecord): void;
  readonly resource: TraceResource;
  /** When given, spans go to it in the SDK's batches instead of the outbox. */
  readonly exporter?: SpanExporter;
  /** When given, not every ordinary round is told. */
  readonly sampling?: SamplingOptions;
}

export interface Traces {
  observe(event: Event): void;
  shutdown(): Promise<void>;
}

/** One trace a round and a node outage; children are delivered as they end, the root with the end. */
export function createTraces({ deliver, resource, exporter, sampling }: TracesOptions): Traces {
  const tracer = createTracer(deliver, resource, exporter);
  const sampled = sampling === undefined ? undefined : createSampling(sampling, (span) => tracer.tell(span));
  const told = sampled ?? tracer;
  return {
    observe(event) {
      for (const span of spansOf(event)) told.tell(span);
    },
    shutdown() {
      sampled?.close();
      return tracer.shutdown();
    },
  };
}

/** The spans that end with an event. */
export function spansOf(event: Event): FinishedSpan[] {
  if (event.kind === 'round') return roundSpans(event);
  if (event.kind === 'overlap') return [overlapSpan(event)];
  if (event.kind === 'node-outage') return outageSpans(event);
  if (event.kind === 'incident') return incidentSpans(event);
  return [];
}

function roundSpans({ step, round }: RoundEvent): FinishedSpan[] {
  const child = { traceId: round.traceId, parent: 'round', importance: importance.transition } as const;
  const attempt = round.attempts;
  const { acquired, closed, lastRenewal, vacated, vacantSince } = round;
  const attributes = leaseAttributes(round);
  if (step === 'opened' && round.cause !== 'created') {
    return [{ ...child, span: 'silence', start: lastRenewal, end: vacated, attributes }];
  }
  if (step === 'acquired' && acquired !== undefined && acquired > vacantSince) {
    return [{ ...child, span: 'leaderless', attempt, start: vacantSince, end: acquired, attributes }];
  }
  if (step !== 'closed' || closed === undefined) return [];
  if (acquired === undefined) return [rootSpan(round, closed)];
  return [
    { ...child, span: 'settle', attempt, start: acquired, end: closed, attributes },
    rootSpan(round, closed),
  ];
}

function overlapSpan({
  round,
  first,
  second,
  from,
  until,
  firstWrite,
  secondWrite,
}: OverlapEvent): FinishedSpan {
  return {
    ...{ traceId: round.traceId, parent: 'round', span: 'overlap', attempt: round.attempts },
    ...{ importance: importance.transition, start: from, end: until },
    attributes: {
      ...leaseAttributes(round),
      'leasewatch.first': printable(first),
      'leasewatch.second': printable(second),
      'leasewatch.first_resource_version': printable(firstWrite),
      'leasewatch.second_resource_version': printable(secondWrite),
    },
  };
}

function rootSpan(round: Round, closed: number): FinishedSpan {
  return {
    traceId: round.traceId,
    span: 'round',
    importance: importance.transition,
    start: round.lastRenewal,
    end: closed,
    attributes: roundAttributes(round),
    events: round.writes.map(({ at, what, holder, resourceVersion, byHand }) => ({
      at,
      name: printable(what),
      attributes: {
        'leasewatch.holder': printable(holder),
        'k8s.lease.resource_version': printable(resourceVersion),
        ...(byHand === undefined ? {} : { 'leasewatch.by_hand': printable(byHand) }),
      },
    })),
    links: [
      ...linkTo(round.previousTraceId, 'round', 'previous round'),
      ...linkTo(round.outageTraceId, 'outage', 'node outage'),
    ],
    ...(round.outcome === 'abandoned'
      ? { status: { code: SpanStatusCode.ERROR, message: 'nobody acquired the lease' } }
      : {}),
  };
}

function leaseAttributes(round: Round): Attributes {
  return {
    'k8s.namespace.name': printable(round.namespace),
    'k8s.lease.name': printable(round.lease),
    'leasewatch.cause': round.cause,
  };
}

function roundAttributes(round: Round): Attributes {
  const { acquired, lastRenewal, unseen } = round;
  return {
    ...leaseAttributes(round),
    'k8s.lease.uid': printable(round.leaseUid),
    'leasewatch.class': round.class,
    'leasewatch.outcome': round.outcome ?? 'unknown',
    'leasewatch.uncertain': round.uncertain,
    'leasewatch.predecessor': printable(round.predecessor),
    'leasewatch.successor': printable(round.successor),
    ...placeAttributes('predecessor', round.predecessorAt),
    ...placeAttributes('successor', round.successorAt),
    ...(round.fate === undefined ? {} : { 'leasewatch.predecessor.fate': round.fate }),
    'leasewatch.attempts': round.attempts,
    ...unseenAttributes(unseen),
    ...(acquired === undefined
      ? {}
      : {
          'leasewatch.gap_seconds': Math.max(0, acquired - lastRenewal) / 1e6,
          'leasewatch.leaderless_seconds': round.leaderlessSeconds,
        }),
  };
}

function placeAttributes(who: 'predecessor' | 'successor', { pod, node }: Place): Attributes {
  return {
    ...(pod === '' ? {} : { [`leasewatch.${who}.pod`]: printable(pod) }),
    ...(node === '' ? {} : { [`leasewatch.${who}.node`]: printable(node) }),
  };
}

function outageAttributes({ unseen, together }: NodeOutageEvent): Attributes {
  return {
    'leasewatch.uncertain': unseen !== undefined,
    ...unseenAttributes(unseen),
    ...(together === undefined
      ? {}
      : {
          'leasewatch.silent_nodes': together.silent,
          'leasewatch.known_nodes': together.of,
          'leasewatch.suspect': together.suspect,
        }),
  };
}

function unseenAttributes(unseen: Round['unseen']): Attributes {
  if (unseen === undefined) return {};
  return { 'leasewatch.unseen_from': isoTime(unseen.from), 'leasewatch.unseen_to': isoTime(unseen.to) };
}

function outageSpans(outage: NodeOutageEvent): FinishedSpan[] {
  const { traceId, node, lastHeartbeat, lost, closed, end } = outage;
  const common = { traceId, start: lastHeartbeat, importance: importance.outage };
  const attributes = { 'k8s.node.name': printable(node) };
  if (outage.step === 'opened')
    return [{ ...common, span: 'silence', parent: 'outage', end: lost, attributes }];
  if (closed === undefined) return [];
  return [
    {
      ...common,
      span: 'outage',
      end: closed,
      attributes: { ...attributes, 'leasewatch.end': end ?? 'unknown', ...outageAttributes(outage) },
      events: [{ at: lost, name: 'lost', attributes: {} }],
      links: outage.rounds.flatMap((round) => linkTo(round, 'round', 'election round')),
    },
  ];
}
