import { z } from 'zod';

/** What a value must be, in words that follow "must be", or the value itself. */
export type Parsed<T> = { readonly value: T } | { readonly expected: string };

/** What an editor may know of a value: a part of a JSON Schema. It must never refuse what `parse` takes. */
export interface EditorHint {
  readonly type?: 'string' | 'boolean' | readonly ('string' | 'number' | 'integer' | 'boolean')[];
  readonly enum?: readonly string[];
  readonly pattern?: string;
}

/** A value as a user writes it, in YAML, on the command line or in the environment. */
export function written<T>(hint: EditorHint, parse: (input: unknown) => Parsed<T>) {
  const schema = z.unknown().transform((input, context): T => {
    const parsed = parse(input);
    if ('value' in parsed) return parsed.value;
    context.addIssue({ code: 'custom', message: `must be ${parsed.expected}`, input });
    return z.NEVER;
  });
  return schema.meta({ ...hint });
}

export const text = written({ type: 'string', pattern: '\\S' }, (input): Parsed<string> => {
  if (typeof input === 'string' && input.trim() !== '') return { value: input };
  return { expected: 'a text' };
});

export const flag = written({ type: 'boolean' }, (input): Parsed<boolean> => {
  if (typeof input === 'boolean') return { value: input };
  return { expected: 'true or false' };
});

export function oneOf<const T extends string>(...choices: readonly T[]) {
  return written({ enum: choices }, (input): Parsed<T> => {
    const value = choices.find((choice) => choice === input);
    return value === undefined ? { expected: listed(choices) } : { value };
  });
}

function listed(choices: readonly string[]): string {
  return choices.length < 2 ? choices.join() : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
}

export const port = written({ type: ['integer', 'string'] }, (input): Parsed<number> => {
  const value = wholeNumber(input);
  if (value !== undefined && value >= 1 && value <= 65_535) return { value };
  return { expected: 'a port number from 1 to 65535' };
});

interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `HOST:PORT`, `[IPv6]:PORT` or `:PORT` (every address). Port 0 takes a free one. */
export const listenAddress = written(
  { type: 'string', pattern: ':\\d{1,5}$' },
  (input): Parsed<ListenAddress> => {
    const match =
      typeof input === 'string' ? /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]*)):(\d{1,5})$/.exec(input) : null;
    const number = Number(match?.[3]);
    if (match === null || number > 65_535) {
      return { expected: 'HOST:PORT, such as 0.0.0.0:9465 or [::1]:9465' };
    }
    return { value: { host: match[1] ?? (match[2] || '0.0.0.0'), port: number } };
  },
);

const unitMs = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

const durationForm = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;

/** A duration such as `500ms`, `10s`, `5m` or `1h`, in milliseconds. */
export const duration = written({ type: 'string', pattern: durationForm.source }, (input): Parsed<number> => {
  const match = typeof input === 'string' ? durationForm.exec(input) : null;
  const value = Number(match?.[1]) * (unitMs.get(match?.[2] ?? '') ?? Number.NaN);
  if (value >= 100 && value <= 24 * 3_600_000) return { value: Math.round(value) };
  return { expected: 'a duration from 100ms to 24h, such as 500ms, 10s or 5m' };
});

/** A duration of up to a year, such as `10m` or `7d`, in milliseconds. */
export const longDuration = written(
  { type: 'string', pattern: '^(\\d+(?:\\.\\d+)?)(s|m|h|d)$' },
  (input): Parsed<number> => {
    const match = typeof input === 'string' ? /^(\d+(?:\.\d+)?)(s|m|h|d)$/.exec(input) : null;
    const unit = match?.[2] === 'd' ? 24 * 3_600_000 : unitMs.get(match?.[2] ?? '');
    const value = Number(match?.[1]) * (unit ?? Number.NaN);
    if (value >= 1000 && value <= 366 * 24 * 3_600_000) return { value: Math.round(value) };
    return { expected: 'a duration from 1s to 366d, such as 10m, 12h or 7d' };
  },
);

const unitBytes = new Map([
  ['', 1],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
]);

const sizeForm = /^(\d+)(|KiB|MiB|GiB)$/;

/** A size such as `64MiB`, or a number of bytes. */
export const size = written(
  { type: ['integer', 'string'], pattern: sizeForm.source },
  (input): Parsed<number> => {
    const match = sizeForm.exec(String(input));
    const value = Number(match?.[1]) * (unitBytes.get(match?.[2] ?? '-') ?? Number.NaN);
    if (value >= 2 ** 20 && value <= 2 ** 50) return { value };
    return { expected: 'a size of at least 1MiB, such as 64MiB or 2GiB' };
  },
);

/** Bytes in a second: a size such as `64KiB`, or a number of bytes. */
export const byteRate = written(
  { type: ['integer', 'string'], pattern: sizeForm.source },
  (input): Parsed<number> => {
    const match = sizeForm.exec(String(input));
    const value = Number(match?.[1]) * (unitBytes.get(match?.[2] ?? '-') ?? Number.NaN);
    // Half of what ten seconds allow must hold the head of a request, which servers take up to 16 KiB of.
    if (value >= 4000 && value <= 2 ** 40) return { value };
    return { expected: 'bytes a second, at least 4000, such as 16KiB or 1MiB' };
  },
);

export const url = written({ type: 'string' }, (input): Parsed<string> => {
  const parsed = typeof input === 'string' ? URL.parse(input) : null;
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return { value: parsed.href };
  return { expected: 'an http:// or https:// address' };
});

/** A part of a whole: above 0, at most 1. */
export const share = written({ type: ['number', 'string'] }, (input): Parsed<number> => {
  const value = typeof input === 'string' && input.trim() === '' ? Number.NaN : Number(input);
  if (typeof input !== 'boolean' && value > 0 && value <= 1) return { value };
  return { expected: 'a number above 0 and at most 1, such as 0.1' };
});

/** Kubernetes names: a DNS label, or a DNS subdomain (labels with dots between them). */
const label = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
const subdomain = new RegExp(`^${label}(?:\\.${label})*$`);

export const namespace = written({ type: 'string', pattern: `^${label}$` }, (input): Parsed<string> => {
  if (typeof input === 'string' && new RegExp(`^${label}$`).test(input)) return { value: input };
  return { expected: 'a namespace: lower-case letters, digits and -' };
});

export const objectName = written({ type: 'string', pattern: subdomain.source }, (input): Parsed<string> => {
  if (typeof input === 'string' && input.length <= 253 && subdomain.test(input)) return { value: input };
  return { expected: 'a name of Kubernetes: lower-case letters, digits, - and .' };
});

/** Header values and resource attributes: YAML may have read a number or a boolean. */
export const scalar = written({ type: ['string', 'number', 'boolean'] }, (input): Parsed<string> => {
  if (typeof input === 'string') return { value: input };
  if (typeof input === 'number' || typeof input === 'boolean') return { value: String(input) };
  return { expected: 'a text' };
});

/** What RFC 9110 allows in names of headers and of subprotocols. */
export const tokenForm = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** A header's value: what HTTP cannot carry would fail at every request. */
export const headerValue = written({ type: ['string', 'number'] }, (input): Parsed<string> => {
  if (typeof input === 'string' && /^[\t\x20-\x7e]*$/.test(input)) return { value: input };
  if (typeof input === 'number') return { value: String(input) };
  return { expected: 'a text of printable ASCII characters' };
});

/** A whole number, also when it was written as text, as on the command line. */
function wholeNumber(input: unknown): number | undefined {
  if (typeof input === 'number') return Number.isInteger(input) ? input : undefined;
  return typeof input === 'string' && /^\d{1,9}$/.test(input) ? Number(input) : undefined;
}
