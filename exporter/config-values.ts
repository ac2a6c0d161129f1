import { z } from 'zod';

/** What a value must be, in words that follow "must be", or the value itself. */
type Parsed<T> = { readonly value: T } | { readonly expected: string };

/** A value as a user writes it, in YAML, on the command line or in the environment. */
function written<T>(parse: (input: unknown) => Parsed<T>) {
  return z.unknown().transform((input, context): T => {
    const parsed = parse(input);
    if ('value' in parsed) return parsed.value;
    context.addIssue({ code: 'custom', message: `must be ${parsed.expected}`, input });
    return z.NEVER;
  });
}

export const text = written((input): Parsed<string> => {
  if (typeof input === 'string' && input.trim() !== '') return { value: input };
  return { expected: 'a text' };
});

export const flag = written((input): Parsed<boolean> => {
  if (typeof input === 'boolean') return { value: input };
  return { expected: 'true or false' };
});

export function oneOf<const T extends string>(...choices: readonly T[]) {
  return written((input): Parsed<T> => {
    const value = choices.find((choice) => choice === input);
    return value === undefined ? { expected: listed(choices) } : { value };
  });
}

function listed(choices: readonly string[]): string {
  return choices.length < 2 ? choices.join() : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
}

export const port = written((input): Parsed<number> => {
  const value = wholeNumber(input);
  if (value !== undefined && value >= 1 && value <= 65_535) return { value };
  return { expected: 'a port number from 1 to 65535' };
});

/** `HOST:PORT`, `[IPv6]:PORT` or `:PORT` (every address). Port 0 takes a free one. */
export const listenAddress = written((input): Parsed<{ readonly host: string; readonly port: number }> => {
  const match =
    typeof input === 'string' ? /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]*)):(\d{1,5})$/.exec(input) : null;
  const number = Number(match?.[3]);
  if (match === null || number > 65_535) {
    return { expected: 'HOST:PORT, such as 0.0.0.0:9465 or [::1]:9465' };
  }
  return { value: { host: match[1] ?? (match[2] || '0.0.0.0'), port: number } };
});

const unitMs = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** A duration such as `500ms`, `10s`, `5m` or `1h`, in milliseconds. */
export const duration = written((input): Parsed<number> => {
  const match = typeof input === 'string' ? /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(input) : null;
  const value = Number(match?.[1]) * (unitMs.get(match?.[2] ?? '') ?? Number.NaN);
  if (value >= 100 && value <= 24 * 3_600_000) return { value: Math.round(value) };
  return { expected: 'a duration from 100ms to 24h, such as 500ms, 10s or 5m' };
});

const unitBytes = new Map([
  ['', 1],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
]);

/** A size such as `64MiB`, or a number of bytes. */
export const size = written((input): Parsed<number> => {
  const match = /^(\d+)(|KiB|MiB|GiB)$/.exec(String(input));
  const value = Number(match?.[1]) * (unitBytes.get(match?.[2] ?? '-') ?? Number.NaN);
  if (value >= 2 ** 20 && value <= 2 ** 50) return { value };
  return { expected: 'a size of at least 1MiB, such as 64MiB or 2GiB' };
});

export const url = written((input): Parsed<string> => {
  const parsed = typeof input === 'string' ? URL.parse(input) : null;
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return { value: parsed.href };
  return { expected: 'an http:// or https:// address' };
});

/** Kubernetes names: a DNS label, or a DNS subdomain (labels with dots between them). */
const label = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
const subdomain = new RegExp(`^${label}(?:\\.${label})*$`);

export const namespace = written((input): Parsed<string> => {
  if (typeof input === 'string' && new RegExp(`^${label}$`).test(input)) return { value: input };
  return { expected: 'a namespace: lower-case letters, digits and -' };
});

export const objectName = written((input): Parsed<string> => {
  if (typeof input === 'string' && input.length <= 253 && subdomain.test(input)) return { value: input };
  return { expected: 'a name of Kubernetes: lower-case letters, digits, - and .' };
});

/** Header values and resource attributes: YAML may have read a number or a boolean. */
export const scalar = written((input): Parsed<string> => {
  if (typeof input === 'string') return { value: input };
  if (typeof input === 'number' || typeof input === 'boolean') return { value: String(input) };
  return { expected: 'a text' };
});

/** A header's value: what HTTP cannot carry would fail at every request. */
export const headerValue = written((input): Parsed<string> => {
  if (typeof input === 'string' && /^[\t\x20-\x7e]*$/.test(input)) return { value: input };
  if (typeof input === 'number') return { value: String(input) };
  return { expected: 'a text of printable ASCII characters' };
});

/** A whole number, also when it was written as text, as on the command line. */
function wholeNumber(input: unknown): number | undefined {
  if (typeof input === 'number') return Number.isInteger(input) ? input : undefined;
  return typeof input === 'string' && /^\d{1,9}$/.test(input) ? Number(input) : undefined;
}
