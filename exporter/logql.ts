import { type LogEventName, logEvents } from './catalogue.ts';

/** Queries for lines of leasewatch: one that names an unknown event or field does not compile. */
export interface LogQuery {
  readonly logql: string;
}

/** Structured metadata of a line. */
export type LogField = 'namespace' | 'lease' | 'holder' | 'node' | 'fate' | 'trace_id';

/** Lines of some events of the chosen cluster; of those whose fields are as variables of their names say. */
export function chosenLines(events: readonly LogEventName[], chosen: readonly LogField[] = []): LogQuery {
  const fields = chosen.map((field) => `${field}=~"$${field}"`);
  return { logql: [`{${service}, cluster=~"$cluster"}`, ofEvents(events), ...fields].join(' | ') };
}

/** All that leasewatch says in the chosen cluster, about itself too. */
export function allLines(): LogQuery {
  return { logql: `{${service}, cluster=~"$cluster"}` };
}

/** Lines of one event in every cluster, whose fields have these values. */
export function linesOf(
  event: LogEventName,
  fields: Readonly<Partial<Record<LogField, string>>> = {},
): LogQuery {
  const told = Object.entries(fields).map(([field, value]) => `${field}=${JSON.stringify(value)}`);
  return { logql: [`{${service}}`, ofEvents([event]), ...told].join(' | ') };
}

/** Lines that say that leasewatch itself is in trouble. */
export function errorLines(): LogQuery {
  return { logql: `{${service}, level="error"}` };
}

const service = 'service_name=~"leasewatch.*"';

function ofEvents(events: readonly LogEventName[]): string {
  const named = events.length === 0 ? Object.keys(logEvents) : events;
  return `event=~"${named.join('|')}"`;
}
