/** Which samples of an endpoint are meant: all series of a name that have these labels. */
export interface SampleMatch {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Tally {
  /** Series that matched. */
  series: number;
  sum: number;
}

/** Text that is no exposition, with the place. */
export class NoPrometheusText extends Error {}

/** Longer than any line of an exposition that has not gone wrong. */
const longestLine = 64 * 1024;

/**
 * Adds up samples of the Prometheus text format, or of OpenMetrics, as it arrives, and keeps no more of it than
 * one line. Throws `NoPrometheusText` on what is neither.
 */
export class SampleSums {
  readonly #matches: readonly SampleMatch[];
  readonly #tallies: readonly Tally[];
  readonly #decoder = new TextDecoder();
  #rest = '';
  #line = 0;

  constructor(matches: readonly SampleMatch[]) {
    this.#matches = matches;
    this.#tallies = matches.map(() => ({ series: 0, sum: 0 }));
  }

  push(chunk: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
    if (this.#rest.length > longestLine) throw this.#problem('a line without end', this.#rest);
  }

  /** What was found for each of the matches, in their order. */
  end(): readonly Readonly<Tally>[] {
    if (this.#rest !== '') this.#take(this.#rest);
    this.#rest = '';
    return this.#tallies;
  }

  #take(line: string): void {
    this.#line += 1;
    const text = line.trim();
    if (text === '' || text.startsWith('#')) return;
    const name = /^[a-zA-Z_:][a-zA-Z0-9_:]*(?=[{\s])/.exec(text)?.[0];
    if (name === undefined) throw this.#problem('no sample', text);
    this.#matches.forEach((match, index) => {
      const tally = this.#tallies[index];
      if (match.name !== name || tally === undefined) return;
      const sample = parseSample(text, name);
      if (sample === undefined) throw this.#problem('no sample', text);
      if (Object.entries(match.labels).some(([label, value]) => sample.labels.get(label) !== value)) return;
      if (!(sample.value >= 0 && Number.isFinite(sample.value))) throw this.#problem('no count', text);
      tally.series += 1;
      tally.sum += sample.value;
    });
  }

  #problem(what: string, text: string): NoPrometheusText {
    const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
    return new NoPrometheusText(`line ${this.#line}: ${what}: ${shown}`);
  }
}

interface Sample {
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

const label = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|(?=\}))/y;

/** A line whose name is known: its labels and its value. A timestamp and an exemplar after it do not matter. */
function parseSample(text: string, name: string): Sample | undefined {
  const labels = new Map<string, string>();
  let at = afterBlanks(text, name.length);
  if (text[at] === '{') {
    at += 1;
    label.lastIndex = at;
    for (let found = label.exec(text); found !== null; found = label.exec(text)) {
      labels.set(found[1] ?? '', unescaped(found[2] ?? ''));
      at = label.lastIndex;
    }
    at = afterBlanks(text, at);
    if (text[at] !== '}') return undefined;
    at += 1;
  }
  const written = /^\s*(\S+)(?:\s+-?[\d.]+)?(?:\s+#.*)?$/.exec(text.slice(at))?.[1];
  return written === undefined ? undefined : { labels, value: numberOf(written) };
}

function afterBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_whole, letter: string) => (letter === 'n' ? '\n' : letter));
}

function numberOf(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}
