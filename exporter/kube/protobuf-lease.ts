import type { LeaseRecord } from '../model/observation.ts';
import { microsOf } from './microtime.ts';
import { hasOneWriter, identityLabelKey, longestHolder, longestLabel, nodeLeases } from './parse-lease.ts';
import { Fields } from './protobuf.ts';
import { isText, textBetween } from './protobuf-text.ts';
import { WriterReader } from './protobuf-writer.ts';

/** Where the bytes of a text are in the message; `from` is negative for one that is not there. */
interface Span {
  from: number;
  to: number;
}

/** Texts of a lease that are the same in nearly all of its events. */
interface Texts {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly holder: string | undefined;
}

/** Texts of more leases are not kept. The largest clusters have half as many. */
const mostKept = 2 ** 18;

/**
 * Reads Leases of `coordination.k8s.io/v1` from their protobuf. Ninety-five of a hundred are heartbeats in which
 * nothing but two values has changed, so that the texts of the record before are used again where the bytes still
 * are the same.
 */
export class LeaseReader {
  readonly kind = 'Lease';
  readonly #labelKeys: readonly string[];
  /** By a hash of the name: what was read last. A wrong one costs time, and nothing else. */
  readonly #kept = new Map<number, Texts>();
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
  }

  #spec(lease: Fields): void {
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
      strategy: again(bytes, this.#strategy, undefined),
      preferredHolder: again(bytes, this.#preferred, undefined, longestHolder),
      identityLabel: this.#identityLabel,
      writer: writer?.name,
    };
    return this.#labels === undefined ? record : { ...record, labels: this.#labels };
  }

  #texts(bytes: Buffer): Texts {
    const hash = hashOf(bytes, this.#namespace, this.#name);
    const before = this.#kept.get(hash);
    const name = again(bytes, this.#name, before?.name) ?? '';
    const texts: Texts = {
      // The same text as the one that everybody compares with: two that are one need not be looked into.
      namespace: again(bytes, this.#namespace, before?.namespace ?? nodeLeases) ?? '',
      name,
      uid: again(bytes, this.#uid, before?.uid) ?? '',
      // A node holds its own lease.
      holder: again(bytes, this.#holder, before?.holder ?? name, longestHolder),
    };
    if (before !== undefined && isSame(before, texts)) return before;
    if (this.#kept.size >= mostKept) this.#kept.clear();
    this.#kept.set(hash, texts);
    return texts;
  }
}

function isSame(a: Texts, b: Texts): boolean {
  return a.name === b.name && a.namespace === b.namespace && a.uid === b.uid && a.holder === b.holder;
}

function mark(span: Span, { isBytes, start, stop }: Fields): void {
  if (!isBytes) return;
  span.from = start;
  span.to = stop;
}

/** The text of a span, which is the same as the one before more often than not; `undefined` where there is none. */
function again(
  bytes: Buffer,
  { from, to }: Span,
  before: string | undefined,
  cap?: number,
): string | undefined {
  if (from < 0) return undefined;
  return before !== undefined && isText(bytes, from, to, before) ? before : textBetween(bytes, from, to, cap);
}

/** FNV-1a over both names, as a small integer. */
function hashOf(bytes: Uint8Array, namespace: Span, name: Span): number {
  let hash = 0x811c9dc5;
  for (let i = namespace.from; i < namespace.to; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  for (let i = name.from; i < name.to; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  return hash >> 1;
}
