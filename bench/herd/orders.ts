/** What the herd is made of. */
export interface HerdSize {
  readonly nodes: number;
  /** Leases of elections. */
  readonly elections: number;
  /** How long those last. */
  readonly durationSeconds: number;
  /** One election of so many has a name that is longer than a label may be; none without. */
  readonly longNameEvery?: number;
}

/** What the herd is told to do; it answers when it is done, or, of what goes on, when that has begun. */
export type Order =
  /** Every lease is renewed once, as fast as the slowest watcher reads. */
  | { readonly kind: 'renew-all' }
  /** From now on so many renewals a second, in turn, without those that fell silent; 0 ends it. */
  | { readonly kind: 'pace'; readonly perSecond: number }
  /** One lease of so many is renewed no more. */
  | { readonly kind: 'fade'; readonly every: number }
  /** So many leases are renewed at one moment, and then no more. */
  | { readonly kind: 'fall'; readonly count: number }
  /** One lease is written so many times a second. */
  | { readonly kind: 'hammer'; readonly perSecond: number }
  /** When those that fell silent were renewed last: Unix milliseconds by `namespace/name`. */
  | { readonly kind: 'last-renewals' };
