import { type LogEventName, logEvents } from '../exporter/catalogue.ts';

/** A query for lines of leasewatch. */
export interface LogQuery {
  readonly logql: string;
}

/** Structured metadata of a line that a dashboard lets choose. */
export type LogField = 'namespace' | 'lease' | 'node';

/** Lines of some events, of what was chosen: `$cluster` and those variables that `chosen` names. */
export function linesAbout(events: readonly LogEventName[], chosen: readonly LogField[] = []): LogQuery {
  const of = events.length === 0 ? Object.keys(logEvents) : events;
  const fields = [`event=~"${of.join('|')}"`, ...chosen.map((field) => `${field}=~"$${field}"`)];
  return { logql: [stream, ...fields].join(' | ') };
}

/** All that leasewatch says, about itself too. */
export function allLines(): LogQuery {
  return { logql: stream };
}

const stream = '{service_name=~"leasewatch.*", cluster=~"$cluster"}';
