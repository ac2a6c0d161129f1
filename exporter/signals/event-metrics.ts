import type { Event } from '../model/event.ts';
import type { ModelView } from '../model/view.ts';
import { FromZero } from './from-zero.ts';
import { createHistograms, type OpenRegistry } from './histograms.ts';
import { Tally } from './tally.ts';

/** What is counted by events, since no view remembers it. */
export interface EventMetrics {
  readonly closedRounds: Tally<'class' | 'cause' | 'outcome'>;
  observe(event: Event): void;
  /** Tells at 0 what may be counted one day. */
  introduce(view: ModelView): void;
}

/** The histograms go into the registry. */
export function createEventMetrics(registry: OpenRegistry): EventMetrics {
  const closedRounds: EventMetrics['closedRounds'] = new Tally();
  const histograms = createHistograms(registry);
  const fromZero = new FromZero({
    round: (labels) => closedRounds.add(labels, 0),
    histogram: histograms.introduce,
  });
  return {
    closedRounds,
    introduce: (view) => fromZero.see(view),
    observe(event) {
      fromZero.expect(event);
      histograms.observe(event);
      if (event.kind !== 'round' || event.step !== 'closed' || event.round.outcome === undefined) return;
      const { class: kind, cause, outcome } = event.round;
      closedRounds.add({ class: kind, cause, outcome });
    },
  };
}
