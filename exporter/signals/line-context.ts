import { type Importance, importance } from '../delivery/outbox.ts';
import { printable } from './safe-text.ts';

export interface StreamLabels {
  readonly service_name: string;
  /** Read at every line: the name of the cluster may become known only after the first lines. */
  readonly cluster: string;
  readonly site: string;
}

/** What a log line carries beside its text; under a symbol, so that no format prints it. */
export const lineContext = Symbol('leasewatch line');

export interface LineContext {
  /** Unix microseconds. */
  readonly wall: number;
  readonly importance: Importance;
  /** Structured metadata. */
  readonly metadata: Readonly<Record<string, string>>;
}

export function isLineContext(context: unknown): context is LineContext {
  return typeof context === 'object' && context !== null && 'wall' in context && 'metadata' in context;
}

/** The context of a line; metadata without a value is left out, and its text is made harmless. */
export function contextOf(
  wall: number,
  fields: Readonly<Record<string, string | undefined>>,
  rank: Importance = importance.chatter,
): LineContext {
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== '') metadata[name] = printable(value, 1000);
  }
  return { wall, importance: rank, metadata };
}
