import type { LeaseRecord } from '../model/observation.ts';
import { KnownTexts, type Span } from './known-texts.ts';
import { microsOf } from './microtime.ts';
import { hasOneWriter, identityLabelKey, longestHolder, longestLabel, nodeLeases } from './parse-lease.ts';
import { Fields } from './protobuf.ts';
import { isText, textBetween } from './protobuf-text.ts';
import { WriterReader } from './protobuf-writer.ts';

/** Texts of a lease that are the same in nearly all of its events. */
interface Texts {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly holder: string | undefined;
}

/**
 * Reads Leases of `coordination.k8s.io/v1` from their protobuf. Ninety-five of a hundred are heartbeats in which
 * nothing but two values has changed, so that the texts of the record before are used again where the bytes still
 * are the same.
 */
export class LeaseReader {
  readonly kind = 'Lease';
  readonly #labelKeys: readonly string[];
  readonly #known = new KnownTexts<Texts>();
  readonly #lease = new Fields();
  readonly #part = new Fields();
  readonly #inner = new Fields();
  readonly #writers = new WriterReader();
  readonly #namespace: Span = { from: -1, to: -1 };
  readonly #name: Span = { from: -1, to: -1 };
  readonly #uid: Span = { from: -1, to: -1 };
  readonly #holder: Span = { from: -1, to: -1 };
  readonly #strategy: Span = { from: -1, to: -1 };
  readonly #preferred: Span = { from: -1, to: -1 };
  /** The metadata and the spec, each from its beginning to the end of the last text in it that is kept. */
  readonly #metadataUsed: Span = { from: -1, to: -1 };
  readonly #specUsed: Span = { from: -1, to: -1 };
  readonly #used = [this.#metadataUsed, this.#specUsed];
  /** There was more than one of either: what is used of them is not all there. */
  #isOdd = false;
  readonly #spans = [this.#namespace, this.#name, this.#uid, this.#holder, this.#strategy, this.#preferred];
  /** Where the entries of managedFields begin and end, in turns. */
  readonly #owners: number[] = [];
  #resourceVersion = '';
  #identityLabel: string | undefined;
  #labels: Record<string, string> | undefined;
  #duration: number | undefined;
  #acquireTime: number | undefined;
  #renewTime: number | undefined;
  #transitions: number | undefined;

  /** Only these labels are kept. */
  constructor(labelKeys: readonly string[] = []) {
    this.#labelKeys = labelKeys;
  }

  /** The Lease between `from` and `to`; `undefined` where there is none, or one without a name. */
  read(bytes: Buffer, from: number, to: number): LeaseRecord | undefined {
    this.#forget();
    const lease = this.#lease.open(bytes, from, to);
    while (lease.next()) {
      if (lease.field === 1 && lease.isBytes) this.#metadata(lease);
      else if (lease.field === 2 && lease.isBytes) this.#spec(lease);
    }
    if (lease.bad || this.#name.to <= this.#name.from) return undefined;
    return this.#record(bytes);
  }

  #forget(): void {
    for (const span of this.#spans) span.from = span.to = -1;
    for (const span of this.#used) span.from = span.to = -1;
    this.#isOdd = false;
    this.#owners.length = 0;
    this.#resourceVersion = '';
    this.#identityLabel = undefined;
    this.#labels = undefined;
    this.#duration = undefined;
    this.#acquireTime = undefined;
    this.#renewTime = undefined;
    this.#transitions = undefined;
  }

  #metadata(lease: Fields): void {
    this.#begin(this.#metadataUsed, lease);
    const part = this.#part.open(lease.bytes, lease.start, lease.stop);
    while (part.next()) {
      if (part.field === 1) mark(this.#name, part);
      else if (part.field === 3) mark(this.#namespace, part);
      else if (part.field === 5) mark(this.#uid, part);
      else if (part.field === 6 && part.isBytes)
        this.#resourceVersion = textBetween(part.bytes, part.start, part.stop);
      else if (part.field === 11 && part.isBytes) this.#label(part);
      else if (part.field === 17 && part.isBytes) this.#owners.push(part.start, part.stop);
    }
    if (part.bad) lease.bad = true;
    this.#metadataUsed.to = Math.max(this.#name.to, this.#namespace.to, this.#uid.to);
  }

  #spec(lease: Fields): void {
    this.#begin(this.#specUsed, lease);
    const part = this.#part.open(lease.bytes, lease.start, lease.stop);
    while (part.next()) {
      if (part.field === 1) mark(this.#holder, part);
      else if (part.field === 2 && part.isNumber) this.#duration = part.value > 0 ? part.value : undefined;
      else if (part.field === 3 && part.isBytes) this.#acquireTime = this.#time(part);
      else if (part.field === 4 && part.isBytes) this.#renewTime = this.#time(part);
      else if (part.field === 5 && part.isNumber) this.#transitions = part.value < 0 ? undefined : part.value;
      else if (part.field === 6) mark(this.#strategy, part);
      else if (part.field === 7) mark(this.#preferred, part);
    }
    if (part.bad) lease.bad = true;
    this.#specUsed.to = Math.max(lease.start, this.#holder.to);
  }

  #begin(used: Span, { start }: Fields): void {
    if (used.from >= 0) this.#isOdd = true;
    used.from = start;
  }

  /** A MicroTime; the zero time of Go has no fields at all. */
  #time(part: Fields): number | undefined {
    if (part.start === part.stop) return undefined;
    const inner = this.#inner.open(part.bytes, part.start, part.stop);
    let seconds = 0;
    let nanos = 0;
    while (inner.next()) {
      if (inner.field === 1 && inner.isNumber) seconds = inner.value;
      else if (inner.field === 2 && inner.isNumber) nanos = inner.value;
    }
    if (inner.bad) part.bad = true;
    return microsOf(seconds, nanos);
  }

  #label(part: Fields): void {
    const inner = this.#inner.open(part.bytes, part.start, part.stop);
    let [key, value] = ['', ''];
    while (inner.next()) {
      if (inner.field === 1 && inner.isBytes) key = textBetween(inner.bytes, inner.start, inner.stop);
      else if (inner.field === 2 && inner.isBytes) value = textBetween(inner.bytes, inner.start, inner.stop);
    }
    if (inner.bad) part.bad = true;
    if (key === identityLabelKey) this.#identityLabel = value;
    if (this.#labelKeys.includes(key))
      this.#labels = { ...this.#labels, [key]: value.slice(0, longestLabel).toWellFormed() };
  }

  #record(bytes: Buffer): LeaseRecord | undefined {
    const { namespace, name, uid, holder } = this.#texts(bytes);
    const writer = hasOneWriter(namespace) ? undefined : this.#writers.read(bytes, this.#owners);
    if (writer === 'bad') return undefined;
    const record: LeaseRecord = {
      namespace,
      name,
      uid,
      resourceVersion: this.#resourceVersion,
      holder,
      durationSeconds: this.#duration,
      acquireTime: this.#acquireTime,
      renewTime: this.#renewTime,
      transitions: this.#transitions,
      strategy: textAt(bytes, this.#strategy),
      preferredHolder: textAt(bytes, this.#preferred, undefined, longestHolder),
      identityLabel: this.#identityLabel,
      writer: writer?.name,
    };
    return this.#labels === undefined ? record : { ...record, labels: this.#labels };
  }

  #texts(bytes: Buffer): Texts {
    if (this.#isOdd) return this.#newTexts(bytes);
    const by = this.#uid.to > this.#uid.from ? this.#uid : this.#name;
    const known = this.#known.find(bytes, this.#used, by);
    if (known !== undefined) return known;
    const texts = this.#newTexts(bytes);
    this.#known.keep(bytes, this.#used, texts);
    return texts;
  }

  #newTexts(bytes: Buffer): Texts {
    const name = textAt(bytes, this.#name) ?? '';
    return {
      // The same text as the one that everybody compares with: two that are one need not be looked into.
      namespace: textAt(bytes, this.#namespace, nodeLeases) ?? '',
      name,
      uid: textAt(bytes, this.#uid) ?? '',
      // A node holds its own lease.
      holder: textAt(bytes, this.#holder, name, longestHolder),
    };
  }
}

function mark(span: Span, { isBytes, start, stop }: Fields): void {
  if (!isBytes) return;
  span.from = start;
  span.to = stop;
}

/** The text of a span, which is no new one where it is `likely`; `undefined` where there is none. */
function textAt(bytes: Buffer, { from, to }: Span, likely?: string, cap?: number): string | undefined {
  if (from < 0) return undefined;
  return likely !== undefined && isText(bytes, from, to, likely) ? likely : textBetween(bytes, from, to, cap);
}
