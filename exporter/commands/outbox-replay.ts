import type { Config } from '../config.ts';
import type { Route } from '../delivery/outbox.ts';
import type { Exported } from './outbox-export.ts';
import { count } from './outbox-list.ts';

/** What was exported, and the command that sends it. */
export function replayText(files: Exported['files'], folder: string, config: Config): string {
  if (files.length === 0) return `nothing to export: ${folder} stays empty`;
  const of = (route: Route) => files.filter((file) => file.route === route);
  const total = (route: Route) => of(route).reduce((sum, { records }) => sum + records, 0);
  const commands = (['logs', 'traces'] as const)
    .filter((route) => of(route).length > 0)
    .map((route) => command(route, folder, targetOf(route, config)));
  return [
    `${count(total('logs'))} records of logs and ${count(total('traces'))} of traces are in ${count(files.length)} files in ${folder}`,
    'send them, oldest first, with:',
    ...commands.map((line) => `  ${line}`),
  ].join('\n');
}

function command(route: Route, folder: string, url: string): string {
  const post = `curl -fsS -H 'content-type: application/json' --data-binary @"$file" ${quoted(url)}`;
  return `for file in ${quoted(folder)}/*${route}-*.json; do ${post} || break; done`;
}

/** One word for a shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Never with its password: that is for the person to add. */
function targetOf(route: Route, { otlp, loki }: Config): string {
  const given = route === 'logs' ? loki.pushUrl : otlp.tracesUrl;
  if (given === undefined)
    return route === 'logs' ? 'http://LOKI:3100/loki/api/v1/push' : 'http://RECEIVER:4318/v1/traces';
  const url = new URL(given);
  url.username = '';
  url.password = '';
  return url.href;
}
