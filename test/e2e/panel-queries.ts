import { z } from 'zod';
import { substituted, type Told } from '../../dashboards/lint/model.ts';
import type { Daemon } from './monitoring.ts';

/** Shorter than Grafana would choose: here a scrape comes every second. */
const rate = '15s';
/** How far back a panel looks. */
const shownSeconds = 60;

/** A query of a panel as Grafana sends it when everything is chosen. */
export function asSent(expr: string): string {
  return substituted(expr, rate)
    .replaceAll(/"\$(job|instance)"/g, '".+"')
    .replaceAll(/"\$[a-z]\w*"/g, '".*"');
}

const point = z.tuple([z.number(), z.string()]);
const answer = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('success'),
    data: z.object({
      result: z.array(z.object({ value: point.optional(), values: z.array(point).default([]) })),
    }),
  }),
  z.object({ status: z.literal('error'), error: z.string() }),
]);

async function ask(server: Daemon, path: string, parameters: Readonly<Record<string, string>>) {
  const response = await fetch(`${server.url}/api/v1/${path}`, {
    method: 'POST',
    body: new URLSearchParams(parameters),
  });
  return response.json();
}

/** Whether a query has numbers now; an error of Prometheus is one of ours. */
export async function hasData(server: Daemon, { target, where }: Told): Promise<boolean> {
  const query = asSent(target.expr ?? '');
  const now = Date.now() / 1000;
  const shown = { start: String(now - shownSeconds), end: String(now), step: '1' };
  const told = answer.parse(
    target.instant === true
      ? await ask(server, 'query', { query })
      : await ask(server, 'query_range', { query, ...shown }),
  );
  if (told.status === 'error') throw new Error(`${where}: ${query}: ${told.error}`);
  return told.data.result
    .flatMap(({ value, values }) => (value === undefined ? values : [value]))
    .some(([, number]) => number !== 'NaN');
}

const exemplars = z.object({
  data: z.array(z.object({ exemplars: z.array(z.object({ labels: z.record(z.string(), z.string()) })) })),
});

/** The traces that Prometheus keeps beside what a query reads. */
export async function tracesBeside(server: Daemon, { target }: Told): Promise<string[]> {
  const now = Date.now() / 1000;
  const parameters = { query: asSent(target.expr ?? ''), start: String(now - 300), end: String(now) };
  const { data } = exemplars.parse(await ask(server, 'query_exemplars', parameters));
  return data.flatMap((series) => series.exemplars.map(({ labels }) => labels.trace_id ?? ''));
}
