import { type LogEventName, logEvents } from '../catalogue.ts';
import { isoTime } from './iso-time.ts';

/** A line as Loki takes it, and in whose place it stands: their numbers in the list that was given. */
export interface FoldedLine {
  readonly body: Uint8Array;
  readonly of: readonly number[];
}

interface Line {
  /** Nanoseconds. */
  readonly time: bigint;
  readonly text: string;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Group {
  readonly lines: Line[];
  readonly of: number[];
}

/** Lines are told together when they happened within the same five minutes. */
const windowNs = 300_000_000_000n;

/**
 * Many lines of one stream as few: those of one event about the same lease and holder become one with their
 * number, and so do lines of one text. A line that stands alone stays as it is, byte by byte.
 */
export function foldLines(bodies: readonly Uint8Array[]): readonly FoldedLine[] {
  const groups = new Map<string, Group>();
  for (const [index, body] of bodies.entries()) {
    const line = parseLine(body);
    const key = line === undefined ? `#${index}` : keyOf(line);
    const group = groups.get(key) ?? { lines: [], of: [] };
    groups.set(key, group);
    group.of.push(index);
    if (line !== undefined) group.lines.push(line);
  }
  return [...groups.values()]
    .toSorted((a, b) => (a.of.at(-1) ?? 0) - (b.of.at(-1) ?? 0))
    .flatMap(({ lines, of }) => bodies.slice(of[0], (of[0] ?? 0) + 1).map((body) => told(body, lines, of)));
}

function told(body: Uint8Array, lines: readonly Line[], of: readonly number[]): FoldedLine {
  const [first, last] = [lines[0], lines.at(-1)];
  if (first === undefined || last === undefined || of.length < 2) return { body, of };
  const span = duration(Number(last.time - first.time) / 1e9);
  const since = isoTime(Number(first.time / 1000n));
  const metadata = { ...last.metadata, folded: String(of.length), folded_since: since };
  const text = summary(last, of.length, span);
  return { body: Buffer.from(JSON.stringify([String(last.time), text, metadata])), of };
}

function summary({ text, metadata }: Line, count: number, span: string): string {
  const many = pluralOf(metadata.event);
  const [, subject = '', rest = ''] = /^(.*?): (.*)$/s.exec(text) ?? [];
  if (many === undefined || subject === '') return `${count} times in ${span}: ${text}`;
  return `${subject}: ${count} ${many} in ${span}, the last: ${rest}`;
}

function keyOf({ time, text, metadata }: Line): string {
  const { event, namespace, lease, holder, pod, node } = metadata;
  const what = pluralOf(event) === undefined ? [text, ...Object.entries(metadata).flat()] : [];
  return JSON.stringify([String(time / windowNs), event, namespace, lease, holder, pod, node, ...what]);
}

/** What many events of a kind are called; of others each line has words of its own. */
function pluralOf(event: string | undefined): string | undefined {
  return event !== undefined && isEvent(event) ? plurals[event] : undefined;
}

const plurals: Readonly<Partial<Record<LogEventName, string>>> = { lease_late_renewal: 'late renewals' };

function isEvent(name: string): name is LogEventName {
  return name in logEvents;
}

function duration(seconds: number): string {
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`;
}

/** `["<ns>","<line>",{…}]`; undefined when it is something else. */
export function parseLine(body: Uint8Array): Line | undefined {
  let entry: unknown;
  try {
    entry = JSON.parse(Buffer.from(body).toString());
  } catch {
    return undefined;
  }
  if (!Array.isArray(entry)) return undefined;
  const [time, text, metadata]: readonly unknown[] = entry;
  if (typeof time !== 'string' || !/^\d{1,19}$/.test(time) || typeof text !== 'string') return undefined;
  return isTexts(metadata) ? { time: BigInt(time), text, metadata } : undefined;
}

function isTexts(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every((each) => typeof each === 'string');
}
