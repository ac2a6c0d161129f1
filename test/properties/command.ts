import fc from 'fast-check';

/** What may happen to a cluster and to us, as plain data: so that a failing story can be made smaller. */
export interface Command {
  /** Milliseconds that pass before it. */
  readonly after: number;
  /** Our own process stands still meanwhile: it is shown neither the time nor any answer. */
  readonly paused: boolean;
  readonly act: Act;
}

export type Act =
  | { readonly do: 'create'; readonly lease: number; readonly who: number; readonly fields: Fields }
  | { readonly do: 'renew' | 'release' | 'remove'; readonly lease: number }
  | { readonly do: 'take'; readonly lease: number; readonly who: number; readonly free: boolean }
  | { readonly do: 'edit'; readonly lease: number; readonly fields: Fields }
  | { readonly do: 'crowd' }
  | { readonly do: 'beat' | 'unlease' | 'unnode'; readonly node: number }
  | { readonly do: 'node'; readonly node: number; readonly fields: NodeFields }
  | { readonly do: 'list'; readonly source: Source; readonly twist: Twist }
  | { readonly do: 'sight'; readonly source: Source; readonly sight: Sight }
  | { readonly do: 'bookmark'; readonly source: Source; readonly opaque: boolean }
  | { readonly do: 'lag'; readonly source: Source; readonly lagging: boolean }
  | { readonly do: 'reads'; readonly reads: Reads }
  | { readonly do: 'replay'; readonly back: number }
  | { readonly do: 'ourClock'; readonly seconds: number }
  | { readonly do: 'holderClock'; readonly who: number; readonly seconds: number }
  /** The store is restored from a backup of `writes` writes ago. */
  | { readonly do: 'restore'; readonly writes: number }
  | { readonly do: 'wait' };

export type Source = 'leases' | 'nodes';
export type Sight = 'blind' | 'sighted' | 'forbidden';
/** How a list is put together: plainly, with objects named twice, in another order, or cut off before its end. */
export type Twist = 'plain' | 'twice' | 'backwards' | 'unended';

/** How reads are answered. `early`: with what was true when they were sent, and not when the answer came. */
export interface Reads {
  readonly delay: number;
  readonly early: boolean;
  readonly outcome: 'found' | 'failed' | 'opaque';
}

/** Fields that a writer chose; a missing key leaves the field, `nil` takes it away. */
export interface Fields {
  readonly durationSeconds?: number | 'nil';
  /** Seconds from the writer's own now. */
  readonly renewed?: number | 'nil';
  readonly transitions?: number | 'nil';
  readonly strategy?: string | 'nil';
  readonly identityLabel?: string | 'nil';
  readonly holder?: string | 'nil';
}

export interface NodeFields {
  readonly ready?: 'True' | 'False' | 'Unknown';
  readonly terminating?: boolean;
  readonly reboot?: boolean;
}

const lease = fc.nat(1);
const who = fc.nat(2);
const node = fc.nat(1);
const source = fc.constantFrom<Source>('leases', 'leases', 'nodes');
const year = 365 * 24 * 3600;

const fields: fc.Arbitrary<Fields> = fc.record(
  {
    durationSeconds: fc.constantFrom<number | 'nil'>(15, 15, 1, 40, 300, 3600, 2_147_483_647, 'nil'),
    renewed: fc.constantFrom<number | 'nil'>(0, 0, -20, -2 * year, 3600, -3600, 'nil'),
    transitions: fc.constantFrom<number | 'nil'>(0, 1, 7, 'nil'),
    strategy: fc.constantFrom('OldestEmulationVersion', 'nil'),
    identityLabel: fc.constantFrom('kube-apiserver', 'nil', 'nil'),
    holder: fc.constantFrom('nil', '', 'b', 'x', '\u0000\u202e" {}'),
  },
  // A change that renews nothing counts as a sign of life, as for client-go, but leaves the last renewal as it
  // was: the gaps of two rounds then overlap.
  { requiredKeys: ['renewed'] },
);

const nodeFields: fc.Arbitrary<NodeFields> = fc.record(
  {
    ready: fc.constantFrom('True', 'False', 'Unknown'),
    terminating: fc.boolean(),
    reboot: fc.boolean(),
  },
  { requiredKeys: [] },
);

const reads: fc.Arbitrary<Reads> = fc.record({
  delay: fc.constantFrom(10, 10, 0, 100, 700, 3000, 20_000),
  early: fc.boolean(),
  outcome: fc.constantFrom('found', 'found', 'found', 'failed', 'opaque'),
});

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('renew'), lease }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('release', 'remove'), lease }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('take'), lease, who, free: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('create'), lease, who, fields }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('edit'), lease, fields }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crowd') }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('beat'), node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('unlease', 'unnode'), node }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('node'), node, fields: nodeFields }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('list'),
      source,
      twist: fc.constantFrom<Twist>('plain', 'plain', 'twice', 'backwards', 'unended'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('sight'),
      source,
      sight: fc.constantFrom<Sight>('blind', 'blind', 'sighted', 'sighted', 'forbidden'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('bookmark'), source, opaque: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lag'), source, lagging: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reads'), reads }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('replay'), back: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restore'), writes: fc.nat(12) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('ourClock'), seconds: fc.constantFrom(-3600, -1, 1, 3600) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...{ do: fc.constant('holderClock'), who },
      seconds: fc.constantFrom(-3600, -5, 0, 5, 3600),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wait') }) },
);

const after = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 900 }) },
  { weight: 12, arbitrary: fc.constantFrom(2000, 2000, 5000, 10_000) },
  { weight: 8, arbitrary: fc.integer({ min: 14_000, max: 62_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(301_000, 610_000, 3_601_000) },
);

const command: fc.Arbitrary<Command> = fc.record({
  after,
  paused: fc.oneof({ weight: 7, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  act,
});

const start: readonly Command[] = (['leases', 'nodes'] as const).map((source) => ({
  ...{ after: 0, paused: false },
  act: { do: 'list', source, twist: 'plain' },
}));

/** A story. Most begin with a cluster that we have read, so that they need not find the way there. */
export const story: fc.Arbitrary<readonly Command[]> = fc
  .tuple(fc.constantFrom(true, true, true, false), fc.array(command, { maxLength: 60, size: 'max' }))
  .map(([read, commands]) => [...(read ? start : []), ...commands]);
