import type { Moment } from '../clock.ts';
import type {
  AnswerObservation,
  LeaseRecord,
  LeasesObservation,
  RevisionObservation,
  SourceName,
} from './observation.ts';
import { isAtLeast, isOlder } from './revision.ts';
import type { Now } from './sink.ts';

/** Somebody whose time is up by our own clock; whether it is truly silent is what a read must show. */
export interface Suspect {
  /** Of its Lease. */
  readonly namespace: string;
  readonly name: string;
  /** The source that watches it. */
  readonly source: SourceName;
  /** Still suspected: a write or a blind source takes the suspicion away. */
  readonly asked: boolean;
}

/** What a read that was sent at `sentAt` says of a suspect. */
export interface Proof {
  readonly sentAt: Moment;
  readonly result: AnswerObservation['result'] | { readonly unchanged: true };
}

/** What a source missed cannot be told from silence: a read says nothing until it has told everything again. */
export function failed({ sentAt }: Proof, why: string): Proof {
  return { sentAt, result: { failed: why } };
}

/** So many leases at most are read one by one at the same time. */
const fewReads = 8;
/** How long the watch may take to reach a revision before all leases are listed instead (ms). */
const reachMs = 300;

/** Suspects who share one read. What came after it was sent waits for the next wave. */
interface Wave<T> {
  readonly suspects: readonly T[];
  /** How far the watch had told everything when the read was asked for. */
  readonly floor: string | undefined;
  sentAt: Moment | undefined;
  /** The watch must get here: until then it may not have told everything. */
  revision: string | undefined;
  giveUpAt: number;
}

interface Inquiry<T> {
  readonly source: SourceName;
  readonly waiting: Set<T>;
  wave: Wave<T> | undefined;
}

/**
 * Gathers the evidence for verdicts with few requests. A few suspects are read one by one. Many share one
 * read of the server's revision: once the watch has reached it without a word about them, they are as
 * silent as their own reads would show. Where the watch says nothing at all, one list answers for all.
 */
export class Evidence<T extends Suspect> {
  readonly #conclude: (suspect: T, proof: Proof, now: Now) => void;
  readonly #inquiries = new Map<SourceName, Inquiry<T>>();
  /** How far each watch has told everything. */
  readonly #reached = new Map<SourceName, string>();
  #reading = 0;
  #stirred = false;

  constructor(conclude: (suspect: T, proof: Proof, now: Now) => void) {
    this.#conclude = conclude;
  }

  suspect(suspect: T): void {
    this.#inquiry(suspect.source).waiting.add(suspect);
    this.#stirred = true;
  }

  /** Sends what is to be read now. Costs nothing while nobody is suspected. */
  ask(now: Now): void {
    if (!this.#stirred) return;
    this.#stirred = false;
    for (const inquiry of this.#inquiries.values()) if (inquiry.wave === undefined) this.#begin(inquiry, now);
  }

  /** A lease was read by itself. */
  readOne(): void {
    this.#reading -= 1;
    this.#stirred = true;
  }

  readRevision(answer: RevisionObservation, now: Now): void {
    const inquiry = this.#inquiries.get(answer.ask.source);
    const wave = inquiry?.wave;
    if (inquiry === undefined || wave === undefined) return;
    const { result, sentAt } = answer;
    if ('failed' in result) return this.#end(inquiry, wave, now, () => ({ sentAt, result }));
    if (isOlder(result.revision, wave.floor ?? '')) return this.#setBack(inquiry, wave, now, sentAt);
    wave.sentAt = sentAt;
    wave.revision = result.revision;
    wave.giveUpAt = now.at.mono + reachMs;
    this.#compare(inquiry, now);
  }

  readAll(answer: LeasesObservation, now: Now): void {
    const inquiry = this.#inquiries.get(answer.ask.source);
    const wave = inquiry?.wave;
    if (inquiry === undefined || wave === undefined) return;
    const { result, sentAt } = answer;
    if ('failed' in result) return this.#end(inquiry, wave, now, () => ({ sentAt, result }));
    const found = new Map(result.listed.map((lease) => [keyOf(lease), lease]));
    this.#end(inquiry, wave, now, (suspect) => ({ sentAt, result: foundIn(found, suspect) }));
  }

  /** A watch has told everything up to a revision. */
  reached(source: SourceName, revision: string, now: Now): void {
    this.#reached.set(source, revision);
    const inquiry = this.#inquiries.get(source);
    if (inquiry?.wave !== undefined) this.#compare(inquiry, now);
  }

  /** The source is blind, or begins anew with a list: what was asked of it proves nothing any more. */
  forget(source: SourceName): void {
    this.#reached.delete(source);
    this.#inquiries.delete(source);
  }

  /** Monotonic milliseconds at which `wake` is to be called. */
  next(): number {
    let next = Number.POSITIVE_INFINITY;
    if (this.#inquiries.size === 0) return next;
    for (const { wave } of this.#inquiries.values()) next = Math.min(next, wave?.giveUpAt ?? next);
    return next;
  }

  wake(now: Now): void {
    for (const { source, wave } of this.#inquiries.values()) {
      if (wave === undefined || now.at.mono < wave.giveUpAt) continue;
      wave.giveUpAt = Number.POSITIVE_INFINITY;
      now.sink.ask({ kind: 'list-leases', source });
    }
  }

  #begin(inquiry: Inquiry<T>, now: Now): void {
    const suspects = [...inquiry.waiting].filter(({ asked }) => asked);
    inquiry.waiting.clear();
    if (suspects.length === 0) return;
    if (this.#reading + suspects.length <= fewReads) {
      this.#reading += suspects.length;
      for (const { namespace, name } of suspects) now.sink.ask({ kind: 'read-lease', namespace, name });
      return;
    }
    const nothing = { sentAt: undefined, revision: undefined, giveUpAt: Number.POSITIVE_INFINITY };
    inquiry.wave = { suspects, floor: this.#reached.get(inquiry.source), ...nothing };
    now.sink.ask({ kind: 'read-revision', source: inquiry.source });
  }

  /** The store is not as far as it was: that the watch says nothing proves nothing any more. */
  #setBack(inquiry: Inquiry<T>, wave: Wave<T>, now: Now, sentAt: Moment): void {
    now.debts.setBack(inquiry.source, now);
    this.#end(inquiry, wave, now, () => ({ sentAt, result: { failed: 'the store was set back' } }));
  }

  #compare(inquiry: Inquiry<T>, now: Now): void {
    const { wave, source } = inquiry;
    const reached = this.#reached.get(source);
    if (wave?.sentAt === undefined || wave.revision === undefined || reached === undefined) return;
    if (!isAtLeast(reached, wave.revision)) return;
    const proof: Proof = { sentAt: wave.sentAt, result: { unchanged: true } };
    this.#end(inquiry, wave, now, () => proof);
  }

  #end(inquiry: Inquiry<T>, wave: Wave<T>, now: Now, proofOf: (suspect: T) => Proof): void {
    inquiry.wave = undefined;
    this.#stirred = true;
    for (const suspect of wave.suspects) this.#conclude(suspect, proofOf(suspect), now);
  }

  #inquiry(source: SourceName): Inquiry<T> {
    const known = this.#inquiries.get(source);
    if (known !== undefined) return known;
    const inquiry: Inquiry<T> = { source, waiting: new Set(), wave: undefined };
    this.#inquiries.set(source, inquiry);
    return inquiry;
  }
}

function foundIn(listed: ReadonlyMap<string, LeaseRecord>, suspect: Suspect): Proof['result'] {
  const found = listed.get(keyOf(suspect));
  return found === undefined ? { absent: true } : { found };
}

function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}
