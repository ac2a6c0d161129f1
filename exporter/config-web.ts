import { z } from 'zod';
import * as value from './config-values.ts';
import { type Parsed, written } from './config-values.ts';

/** Who is let in to what leasewatch serves. */
export interface WebServerConfig {
  /** As the exporter-toolkit defines it; read again while leasewatch runs. `undefined`: plain HTTP for everybody. */
  readonly configFile: string | undefined;
  /** Origins of pages, besides our own, that may open the WebSocket of the status page. */
  readonly origins: readonly string[];
  /** Names by which a browser may call us, besides those that no stranger can register. */
  readonly hosts: readonly string[];
}

const origin = written({ type: 'string' }, (input): Parsed<string> => {
  const parsed = typeof input === 'string' ? URL.parse(input) : null;
  const http = parsed?.protocol === 'http:' || parsed?.protocol === 'https:';
  if (parsed !== null && http && parsed.pathname === '/' && parsed.search === '' && parsed.username === '')
    return { value: parsed.origin };
  return { expected: 'an origin such as https://grafana.example.com, without a path' };
});

const host = written({ type: 'string' }, (input): Parsed<string> => {
  const portless = typeof input === 'string' && !/:\d*$/.test(input);
  const parsed = portless ? URL.parse(`http://${input}`) : null;
  if (parsed !== null && parsed.href === `http://${parsed.host}/`) return { value: parsed.hostname };
  return { expected: 'a host such as leasewatch.example.com, without a port' };
});

/** The section `web` of the file. */
export const webSchema = z.strictObject({
  configFile: value.text
    .optional()
    .describe('TLS, users and limits of the server, as exporters of Prometheus are given them.'),
  origins: z
    .array(origin)
    .optional()
    .describe('Origins of other pages that may open the WebSocket of the status page.'),
  hosts: z
    .array(host)
    .optional()
    .describe('Names by which browsers may ask without a password and TLS, besides local ones.'),
});

export function resolveWeb(web: z.output<typeof webSchema> | undefined): WebServerConfig {
  return { configFile: web?.configFile, origins: web?.origins ?? [], hosts: web?.hosts ?? [] };
}
