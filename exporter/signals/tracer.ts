import {
  type Attributes,
  type Context,
  type HrTime,
  type Link,
  ROOT_CONTEXT,
  type SpanStatus,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { type SpanName, spans } from '../catalogue.ts';
import type { Importance, OutboxRecord } from '../delivery/outbox.ts';
import { spanIdOf } from './span-ids.ts';

export interface TraceResource {
  readonly serviceName: string;
  readonly cluster: string;
  readonly site: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A span that is over: times are Unix microseconds. */
export interface FinishedSpan {
  readonly traceId: string;
  readonly span: SpanName;
  readonly attempt?: number;
  /** The span that this one belongs under; none for a root. */
  readonly parent?: SpanName;
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  readonly events?: readonly {
    readonly at: number;
    readonly name: string;
    readonly attributes: Attributes;
  }[];
  readonly links?: readonly Link[];
  readonly status?: SpanStatus;
  readonly importance: Importance;
}

export interface FinishedSpanTracer {
  tell(span: FinishedSpan): void;
  shutdown(): Promise<void>;
}

/** A tracer for spans made after the fact. They become outbox records, or go to `exporter` if given. */
export function createTracer(
  deliver: (record: OutboxRecord) => void,
  resource: TraceResource,
  exporter: SpanExporter | undefined,
): FinishedSpanTracer {
  // Spans start and end within one call of `tell`, so what it sets here belongs to that span.
  let current = { traceId: '', spanId: '' };
  let importance: Importance = 0;
  const toOutbox = outboxProcessor((body) => deliver({ route: 'traces', stream: '', importance, body }));
  const provider = new TracerProvider({
    resource: resourceOf(resource),
    sampler: new AlwaysOnSampler(),
    spanLimits: { attributeValueLengthLimit: 1024 },
    idGenerator: { generateTraceId: () => current.traceId, generateSpanId: () => current.spanId },
    spanProcessors: [exporter === undefined ? toOutbox : new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('leasewatch');
  return {
    tell(told) {
      current = { traceId: told.traceId, spanId: spanIdOf(told.traceId, told.span, told.attempt) };
      importance = told.importance;
      const startTime = hrTime(told.start);
      const links = [...(told.links ?? [])];
      const options = { startTime, links, attributes: told.attributes };
      const span = tracer.startSpan(spans[told.span].name, options, parentContext(told));
      for (const event of told.events ?? []) span.addEvent(event.name, event.attributes, hrTime(event.at));
      if (told.status !== undefined) span.setStatus(told.status);
      span.end(hrTime(Math.max(told.start, told.end)));
    },
    shutdown: () => provider.shutdown(),
  };
}

function parentContext({ traceId, parent }: FinishedSpan): Context {
  if (parent === undefined) return ROOT_CONTEXT;
  const spanId = spanIdOf(traceId, parent);
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED });
}

function resourceOf({ serviceName, cluster, site, attributes }: TraceResource): Resource {
  return resourceFromAttributes({
    ...attributes,
    'service.name': serviceName,
    'k8s.cluster.uid': cluster,
    ...(site === '' ? {} : { 'leasewatch.site': site }),
  });
}

/** OTLP times in integers: a float of nanoseconds would lose the microseconds. */
function hrTime(micros: number): HrTime {
  const whole = Math.round(micros);
  const seconds = Math.floor(whole / 1e6);
  return [seconds, (whole - seconds * 1e6) * 1000];
}

function outboxProcessor(deliver: (body: Uint8Array) => void): SpanProcessor {
  return {
    onStart: () => undefined,
    onEnd: (span) => deliver(resourceSpan(span)),
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
}

const head = Buffer.from('{"resourceSpans":[');
const tail = Buffer.from(']}');

/** One finished element of `resourceSpans`: a batch is such elements, joined by commas. */
function resourceSpan(span: ReadableSpan): Uint8Array {
  const request = JsonTraceSerializer.serializeRequest([span]);
  if (request === undefined || !head.equals(request.subarray(0, head.length))) {
    throw new Error('traces: the serializer of OpenTelemetry wrote an unexpected form');
  }
  return request.subarray(head.length, request.length - tail.length);
}
