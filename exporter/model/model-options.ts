import type { NodeRules } from './node-row.ts';
import type { Policy } from './policy.ts';

/** What the model is told once, at its start. */
export interface ModelOptions {
  /** The configured sources: known, and down, from the first moment. */
  readonly sources: readonly string[];
  /** Whether Nodes are watched too: only then can a node lease be called an orphan. */
  readonly nodes: NodeRules;
  /** Of these the first that matches a lease or a node applies to it. */
  readonly policies?: readonly Policy[];
  /** Whether it is asked which Pods the holders are; not, when left out. */
  readonly holders?: boolean;
}
