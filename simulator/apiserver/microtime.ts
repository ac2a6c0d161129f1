import { formatMicroTime, parseMicroTime } from '../../exporter/kube/microtime.ts';

// Go's zero time.
const yearOne = Date.parse('0001-01-01T00:00:00Z') * 1000;
const layout = '2006-01-02T15:04:05.000000Z07:00';
const elements: readonly (readonly [string, RegExp])[] = [
  ['2006', /^\d{4}/],
  ['-', /^-/],
  ['01', /^\d\d/],
  ['-', /^-/],
  ['02', /^\d\d/],
  ['T', /^T/],
  ['15', /^\d\d/],
  [':', /^:/],
  ['04', /^\d\d/],
  [':', /^:/],
  ['05', /^\d\d/],
  ['.000000', /^[.,]\d{6}/],
  ['Z07:00', /^(?:Z|[+-]\d\d:\d\d)/],
];

/**
 * Reads a MicroTime as strictly as the real server does (exactly six digits of a second) and writes it
 * back in UTC (the zero time of Go as null); otherwise the complaint that Go's parser would make.
 */
export function readMicroTime(
  text: string,
): { readonly time: string | null } | { readonly complaint: string } {
  const says = (what: string): { complaint: string } => ({ complaint: `parsing time "${text}"${what}` });
  let rest = text;
  for (const [name, pattern] of elements) {
    const found = pattern.exec(rest)?.[0];
    if (found === undefined) return says(` as "${layout}": cannot parse "${rest}" as "${name}"`);
    rest = rest.slice(found.length);
  }
  if (rest !== '') return says(`: extra text: "${rest}"`);
  const micros = parseMicroTime(text.replace(',', '.'));
  const part = outOfRange(text);
  if (part !== undefined || micros === undefined) return says(`: ${part ?? 'day'} out of range`);
  return { time: micros === yearOne ? null : formatMicroTime(micros) };
}

/** The first part of a well-formed time that no calendar or clock shows; `Date` would carry it over. */
function outOfRange(text: string): string | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = text.split(/[-T:.,]/).map(Number);
  if (month < 1 || month > 12) return 'month';
  // Day 0 of the next month is the last of this one; the Gregorian calendar repeats every 400 years.
  if (day < 1 || day > new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()) return 'day';
  if (hour > 23) return 'hour';
  if (minute > 59) return 'minute';
  return second > 59 ? 'second' : undefined;
}
