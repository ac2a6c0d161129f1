import { formatMicroTime, parseMicroTime } from '../../exporter/kube/microtime.ts';

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
 * back in UTC; otherwise the complaint that Go's parser would make.
 */
export function readMicroTime(text: string): { readonly time: string } | { readonly complaint: string } {
  const says = (what: string): { complaint: string } => ({ complaint: `parsing time "${text}"${what}` });
  let rest = text;
  for (const [name, pattern] of elements) {
    const found = pattern.exec(rest)?.[0];
    if (found === undefined) return says(` as "${layout}": cannot parse "${rest}" as "${name}"`);
    rest = rest.slice(found.length);
  }
  if (rest !== '') return says(`: extra text: "${rest}"`);
  const micros = parseMicroTime(text.replace(',', '.'));
  if (micros === undefined) return says(': day out of range');
  return { time: formatMicroTime(micros) };
}
