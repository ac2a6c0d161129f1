import { member, parseJson } from './json.ts';
import { longestWriter } from './parse-lease.ts';
import { Fields } from './protobuf.ts';
import { textBetween } from './protobuf-text.ts';

/** More sets of fields are not kept: clients of one version write the same ones over and over. */
const mostKept = 1000;

/** Finds who changed the holder last in the managedFields of a Lease. */
export class WriterReader {
  readonly #entry = new Fields();
  readonly #set = new Fields();
  /** Sets of fields as the server wrote them, and whether the holder is among them. */
  readonly #known = new Map<string, boolean>();

  /** `entries`: where each begins and ends, in turns. With several owners of the holder it is the last of them. */
  read(bytes: Buffer, entries: readonly number[]): { readonly name: string } | 'bad' | undefined {
    for (let i = entries.length - 2; i >= 0; i -= 2) {
      const entry = this.#entry.open(bytes, entries[i] ?? 0, entries[i + 1] ?? 0);
      let name = '';
      let owns = false;
      while (entry.next()) {
        if (entry.field === 1 && entry.isBytes)
          name = textBetween(bytes, entry.start, entry.stop, longestWriter);
        else if (entry.field === 7 && entry.isBytes) owns = this.#ownsHolder(entry);
      }
      if (entry.bad) return 'bad';
      if (owns) return { name };
    }
    return undefined;
  }

  /** A set of fields is JSON, in protobuf too. */
  #ownsHolder(entry: Fields): boolean {
    const set = this.#set.open(entry.bytes, entry.start, entry.stop);
    let json = '';
    while (set.next()) if (set.field === 1 && set.isBytes) json = textBetween(set.bytes, set.start, set.stop);
    if (set.bad) entry.bad = true;
    const known = this.#known.get(json);
    if (known !== undefined) return known;
    const parsed = parseJson(json);
    const owns = 'value' in parsed && member(parsed.value, 'f:spec', 'f:holderIdentity') !== undefined;
    if (this.#known.size >= mostKept) this.#known.clear();
    this.#known.set(json, owns);
    return owns;
  }
}
