import { SpanStatusCode } from '@opentelemetry/api';
import { type Clock, sleep } from '../clock.ts';
import type { FinishedSpan } from './tracer.ts';

export interface SamplingOptions {
  /** Of the rounds in which nothing went wrong, in (0, 1]. */
  readonly share: number;
  readonly clock: Clock;
}

export interface Sampling {
  tell(span: FinishedSpan): void;
  /** Tells what is still held back. */
  close(): void;
}

/** A round that lasts longer is one that people look at while it runs. */
const patienceMs = 30_000;
/** Bounds what a burst of rounds takes of memory; beyond it the oldest are told. */
const mostHeld = 1_000;
const mostKept = 10_000;

/**
 * Leaves out the traces of ordinary rounds, but for a share of them: whole traces, chosen by their id, so that
 * every replica and every restart chooses the same. A round with an error, with a possible overlap, or that
 * lasts longer than 30 s is always told, with its children; other traces are not touched.
 */
export function createSampling(
  { share, clock }: SamplingOptions,
  tell: (span: FinishedSpan) => void,
): Sampling {
  const held = new Map<string, { readonly spans: FinishedSpan[]; readonly told: AbortController }>();
  const kept = new Set<string>();

  function release(traceId: string): void {
    const trace = held.get(traceId);
    held.delete(traceId);
    kept.add(traceId);
    const [oldest] = kept;
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
    trace?.told.abort();
    trace?.spans.forEach(tell);
  }

  function hold(span: FinishedSpan): void {
    const trace = held.get(span.traceId);
    if (trace !== undefined) return void trace.spans.push(span);
    const told = new AbortController();
    held.set(span.traceId, { spans: [span], told });
    void sleep(clock, patienceMs, told.signal).then(() => {
      if (!told.signal.aborted) release(span.traceId);
    });
    const [oldest] = held.keys();
    if (held.size > mostHeld && oldest !== undefined) release(oldest);
  }

  function end(root: FinishedSpan): void {
    if (isRemarkable(root)) release(root.traceId);
    if (kept.delete(root.traceId)) return tell(root);
    held.get(root.traceId)?.told.abort();
    held.delete(root.traceId);
  }

  return {
    tell(span) {
      if (!isOfRound(span) || isChosen(span.traceId, share)) return tell(span);
      if (span.span === 'round') return end(span);
      if (isRemarkable(span)) release(span.traceId);
      if (kept.has(span.traceId)) return tell(span);
      hold(span);
    },
    close() {
      for (const traceId of [...held.keys()]) release(traceId);
    },
  };
}

function isOfRound({ span, parent }: FinishedSpan): boolean {
  return span === 'round' || parent === 'round';
}

function isRemarkable({ span, status }: FinishedSpan): boolean {
  return span === 'overlap' || status?.code === SpanStatusCode.ERROR;
}

/** A trace id is a hash already. */
function isChosen(traceId: string, share: number): boolean {
  return Number.parseInt(traceId.slice(0, 8), 16) / 2 ** 32 < share;
}
