import { Fields } from './protobuf.ts';
import { isText } from './protobuf-text.ts';

export const protobufType = 'application/vnd.kubernetes.protobuf';

const magic = [0x6b, 0x38, 0x73, 0x00];

/** What every object comes in: four bytes that say so, and a message that names its kind. */
export class Envelope {
  /** Where the object itself is. */
  start = 0;
  stop = 0;
  readonly #unknown = new Fields();
  readonly #type = new Fields();
  #kindFrom = 0;
  #kindTo = 0;

  /** Opens what lies between `from` and `to`; false when it is no object in protobuf. */
  open(bytes: Buffer, from: number, to: number): boolean {
    if (to - from < magic.length || magic.some((byte, i) => bytes[from + i] !== byte)) return false;
    this.start = this.stop = this.#kindFrom = this.#kindTo = 0;
    const unknown = this.#unknown.open(bytes, from + magic.length, to);
    while (unknown.next()) {
      if (unknown.field === 1 && unknown.isBytes) this.#typeMeta(unknown);
      else if (unknown.field === 2 && unknown.isBytes) {
        this.start = unknown.start;
        this.stop = unknown.stop;
      }
      // Neither compressed nor another format within this one: nobody writes that, and it could not be read.
      else if (unknown.field === 3 && unknown.isBytes && unknown.start < unknown.stop) unknown.bad = true;
    }
    return !unknown.bad;
  }

  isOf(kind: string): boolean {
    return isText(this.#unknown.bytes, this.#kindFrom, this.#kindTo, kind);
  }

  #typeMeta(unknown: Fields): void {
    const type = this.#type.open(unknown.bytes, unknown.start, unknown.stop);
    while (type.next()) {
      if (type.field !== 2 || !type.isBytes) continue;
      this.#kindFrom = type.start;
      this.#kindTo = type.stop;
    }
    if (type.bad) unknown.bad = true;
  }
}
