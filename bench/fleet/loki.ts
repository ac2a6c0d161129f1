import type { Moment } from '../../exporter/clock.ts';
import { TokenBucket } from './token-bucket.ts';

const megabyte = 1024 * 1024;
const minute = 60_000_000;

/** Defaults of Loki (pkg/validation/limits.go and pkg/ingester of August 2026); times in microseconds. */
const limits = {
  ingestionRate: 4 * megabyte,
  ingestionBurst: 6 * megabyte,
  streamRate: 3 * megabyte,
  streamBurst: 15 * megabyte,
  mostStreams: 5000,
  longestLine: 256 * 1024,
  mostLabels: 15,
  tooOld: 7 * 24 * 60 * minute,
  tooNew: 10 * minute,
  /** Half of max_chunk_age, before the newest line of the same stream. */
  tooFarBehind: 60 * minute,
} as const;

/** One line as it was pushed: its bytes, and its time in Unix microseconds. */
export interface Line {
  readonly bytes: number;
  readonly wall: number;
}

export interface PushAnswer {
  readonly status: 204 | 400 | 429;
  readonly text: string;
}

interface Stream {
  newest: number;
  readonly bucket: TokenBucket;
}

/** One tenant of a Loki that has room for all that its limits allow. Counts what it took and what it refused. */
export class Loki {
  readonly #streams = new Map<string, Stream>();
  readonly #bucket = new TokenBucket(limits.ingestionRate, limits.ingestionBurst);
  lines = 0;
  bytes = 0;
  /** Lines that were refused for good, by reason. */
  readonly refused = new Map<string, number>();
  /** Requests that were told to come again, and their bytes. */
  deferred = 0;
  deferredBytes = 0;

  push(labels: string, lines: readonly Line[], now: Moment): PushAnswer {
    const valid = lines.filter((line) => this.#isValid(labels, line, now.wall));
    const bytes = valid.reduce((sum, line) => sum + line.bytes, 0);
    if (!this.#bucket.take(bytes, now.mono)) return this.#defer(bytes, 'ingestion rate limit exceeded');
    const stream = this.#stream(labels);
    if (stream === undefined) return this.#defer(bytes, 'maximum active stream limit exceeded');
    if (!stream.bucket.take(bytes, now.mono)) return this.#defer(bytes, 'per stream rate limit exceeded');
    const taken = valid.filter((line) => this.#append(stream, line));
    this.lines += taken.length;
    this.bytes += taken.reduce((sum, line) => sum + line.bytes, 0);
    // Good lines of such a request are stored.
    return taken.length === lines.length
      ? { status: 204, text: '' }
      : { status: 400, text: `${lines.length - taken.length} lines were refused` };
  }

  #isValid(labels: string, { bytes, wall }: Line, now: number): boolean {
    if (wall < now - limits.tooOld) return this.#refuse('greater_than_max_sample_age');
    if (wall > now + limits.tooNew) return this.#refuse('too_far_in_future');
    if (bytes > limits.longestLine) return this.#refuse('line_too_long');
    if (labelsIn(labels) > limits.mostLabels) return this.#refuse('max_label_names_per_series');
    return true;
  }

  #append(stream: Stream, { wall }: Line): boolean {
    if (wall < stream.newest - limits.tooFarBehind) return this.#refuse('too_far_behind');
    stream.newest = Math.max(stream.newest, wall);
    return true;
  }

  #refuse(reason: string): false {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1);
    return false;
  }

  #defer(bytes: number, text: string): PushAnswer {
    this.deferred += 1;
    this.deferredBytes += bytes;
    return { status: 429, text };
  }

  #stream(labels: string): Stream | undefined {
    const known = this.#streams.get(labels);
    if (known !== undefined || this.#streams.size >= limits.mostStreams) return known;
    const stream = {
      newest: Number.NEGATIVE_INFINITY,
      bucket: new TokenBucket(limits.streamRate, limits.streamBurst),
    };
    this.#streams.set(labels, stream);
    return stream;
  }
}

function labelsIn(labels: string): number {
  return labels.split('":').length - 1;
}
