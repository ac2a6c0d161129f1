import { createHmac, randomBytes } from 'node:crypto';
import type { Compare } from './password-thread.ts';

/** `busy`: so many passwords wait to be looked at that this one is not. */
export type PasswordVerdict = 'right' | 'wrong' | 'busy';

export interface Login {
  readonly user: string;
  readonly password: string;
  /** Whose turn it is: a sender of many wrong passwords waits behind himself. */
  readonly address: string;
}

/** With a tenth of a second each, nobody waits for longer than some seconds. */
const mostWaiting = 32;
const mostWaitingOfOne = 4;
const mostRemembered = 256;
const longestPassword = 512;

/**
 * Tells whether a password is right. bcrypt takes a tenth of a second by design: what it said is remembered
 * under a keyed hash, one comparison runs at a time, and addresses take turns.
 */
export class Passwords {
  readonly #compare: Compare;
  readonly #secret = randomBytes(32);
  /** Apart, so that no number of wrong passwords makes a right one be looked at again. */
  readonly #right = new Set<string>();
  readonly #wrong = new Set<string>();
  readonly #queues = new Map<string, (() => Promise<void>)[]>();
  readonly #asked = new Map<string, Promise<PasswordVerdict>>();
  #waiting = 0;
  #served = '';
  #running = false;

  constructor(compare: Compare) {
    this.#compare = compare;
  }

  check(users: ReadonlyMap<string, string>, login: Login): Promise<PasswordVerdict> {
    const { user, password, address } = login;
    if (password.length > longestPassword) return Promise.resolve('wrong');
    const known = users.get(user);
    // An unknown user takes as long as a known one, so that names cannot be found out.
    const hash = known ?? nobodysHash(users);
    const key = this.#keyOf(user, hash, password);
    if (this.#right.has(key)) return Promise.resolve('right');
    if (this.#wrong.has(key)) return Promise.resolve('wrong');
    const asked = this.#asked.get(key);
    if (asked !== undefined) return asked;
    const mine = this.#queues.get(address)?.length ?? 0;
    if (this.#waiting >= mostWaiting || mine >= mostWaitingOfOne) return Promise.resolve('busy');
    const verdict = this.#enqueue(address, async () => {
      const equal = await this.#compare(password, hash);
      if (equal === undefined) return 'busy';
      const right = equal && known !== undefined;
      remember(right ? this.#right : this.#wrong, key);
      return right ? 'right' : 'wrong';
    }).finally(() => this.#asked.delete(key));
    this.#asked.set(key, verdict);
    return verdict;
  }

  /** Neither a heap dump nor a timing of the look-up tells a password. */
  #keyOf(...parts: readonly string[]): string {
    return createHmac('sha256', this.#secret).update(JSON.stringify(parts)).digest('base64');
  }

  #enqueue(address: string, work: () => Promise<PasswordVerdict>): Promise<PasswordVerdict> {
    return new Promise((resolve) => {
      const queue = this.#queues.get(address) ?? [];
      queue.push(() => work().then(resolve));
      this.#queues.set(address, queue);
      this.#waiting++;
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (let work = this.#next(); work !== undefined; work = this.#next()) await work();
    this.#running = false;
  }

  /** Not of the address that was served last, where another one waits. */
  #next(): (() => Promise<void>) | undefined {
    const addresses = [...this.#queues.keys()];
    const address = addresses.find((each) => each !== this.#served) ?? addresses[0];
    if (address === undefined) return undefined;
    const queue = this.#queues.get(address) ?? [];
    const work = queue.shift();
    this.#queues.delete(address);
    // To the end of the Map, behind all that wait.
    if (queue.length > 0) this.#queues.set(address, queue);
    this.#served = address;
    this.#waiting--;
    return work;
  }
}

function remember(set: Set<string>, key: string): void {
  const [oldest] = set;
  if (set.size >= mostRemembered && oldest !== undefined) set.delete(oldest);
  set.add(key);
}

/** A hash that no password has, as expensive as the most expensive one. */
function nobodysHash(users: ReadonlyMap<string, string>): string {
  const costs = [...users.values()].map((hash) => hash.slice(4, 6)).toSorted();
  return `$2b$${costs.at(-1) ?? '10'}$${'.'.repeat(21)}uO${'.'.repeat(30)}`;
}
