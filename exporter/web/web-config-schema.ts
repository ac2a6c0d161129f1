import { z } from 'zod';
import { flag, oneOf, type Parsed, text, written } from '../config-values.ts';
import { tlsSchema } from './server-tls.ts';

/** `1h2m3.5s`, as Go writes durations; a bare number is in nanoseconds there. */
const goDuration = written({ type: ['string', 'integer'] }, (input): Parsed<number> => {
  if (typeof input === 'number' && Number.isInteger(input) && input >= 0) return { value: input / 1e6 };
  const ms = typeof input === 'string' ? msOf(input) : undefined;
  if (ms !== undefined) return { value: ms };
  return { expected: 'a duration such as 100ms, 1s or 1m30s, or 0' };
});

const unitMs = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

function msOf(duration: string): number | undefined {
  if (duration === '0') return 0;
  if (!/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(duration)) return undefined;
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (unitMs.get(unit ?? '') ?? 0), 0);
}

const count = written({ type: ['integer'] }, (input): Parsed<number> => {
  if (typeof input === 'number' && Number.isInteger(input) && input >= 0) return { value: input };
  return { expected: 'a whole number' };
});

/** A cost of 15 takes seconds in JavaScript; with one of 20, a single login would occupy us for minutes. */
const mostCost = 15;

const bcryptHash = written({ type: 'string' }, (input): Parsed<string> => {
  const form = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
  const cost = typeof input === 'string' ? Number(form.exec(input)?.[1]) : Number.NaN;
  if (typeof input === 'string' && cost >= 4 && cost <= mostCost) return { value: input };
  return { expected: `a bcrypt hash with a cost from 4 to ${mostCost}, as htpasswd -nBC 10 "" prints it` };
});

const userName = z
  .string()
  .regex(/^[^:\p{Cc}]*$/u, 'is no name of a user: it has a colon or a control character');

/** What the exporter-toolkit lets be set; to set others is no business of an exporter. */
const headers = z.strictObject({
  'Content-Security-Policy': headerText().optional(),
  'X-Frame-Options': oneOf('deny', 'sameorigin', '').optional(),
  'X-Content-Type-Options': oneOf('nosniff', '').optional(),
  'X-XSS-Protection': headerText().optional(),
  'Strict-Transport-Security': headerText().optional(),
});

function headerText() {
  return written({ type: ['string', 'number'] }, (input): Parsed<string> => {
    if (typeof input === 'number') return { value: String(input) };
    if (typeof input === 'string' && /^[\t\x20-\x7e]*$/.test(input)) return { value: input };
    return { expected: 'one line of printable ASCII characters' };
  });
}

/** The layout of the file. `bearer_token_file` alone is ours. */
export const fileSchema = z.strictObject({
  tls_server_config: tlsSchema.optional(),
  http_server_config: z.strictObject({ http2: flag.optional(), headers: headers.optional() }).optional(),
  basic_auth_users: z.record(userName, bcryptHash).optional(),
  rate_limit: z.strictObject({ interval: goDuration.optional(), burst: count.optional() }).optional(),
  bearer_token_file: text.optional(),
});

export type WrittenFile = z.output<typeof fileSchema>;
