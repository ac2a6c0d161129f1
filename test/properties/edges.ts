import type { Event } from '../../exporter/model/event.ts';

/** The edges of one drawing that were walked, as `from -> to`. */
export interface Walked {
  readonly leases: Set<string>;
  readonly nodes: Set<string>;
  readonly rounds: Set<string>;
}

export const nothingWalked = (): Walked => ({ leases: new Set(), nodes: new Set(), rounds: new Set() });

/** Adds the edges that events walk; a round begins at `opened`. */
export function walk(walked: Walked, events: readonly Event[], steps = new Map<string, string>()): void {
  for (const event of events) {
    if (event.kind === 'lease-state') walked.leases.add(`${event.from} -> ${event.to}`);
    if (event.kind === 'node-state') walked.nodes.add(`${event.from} -> ${event.to}`);
    if (event.kind !== 'round') continue;
    const { step, round } = event;
    const before = steps.get(round.traceId);
    if (before !== undefined) walked.rounds.add(`${before} -> ${step}`);
    if (step === 'closed') steps.delete(round.traceId);
    else steps.set(round.traceId, step);
  }
}
