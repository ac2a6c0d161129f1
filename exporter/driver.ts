import type { Clock } from './clock.ts';
import type { Event } from './model/event.ts';
import type { Answer, Ask, Observation } from './model/observation.ts';
import type { Sink } from './model/sink.ts';

/** The part of the model that is driven. */
export interface Driven {
  see(batch: readonly Observation[], sink: Sink): void;
  nextDeadline(): number;
}

export interface DriverOptions {
  readonly clock: Clock;
  readonly model: Driven;
  /**
   * Has a question of the model answered, by a read that is sent now or, where it can wait, soon. Never rejects;
   * `undefined` where a source will tell.
   */
  readonly answer: (ask: Ask) => Promise<Answer> | undefined;
  readonly onEvent: (event: Event) => void;
  /** Called with every observation before the model sees it: recordings are made here. */
  readonly onObservation?: (observation: Observation) => void;
}

/**
 * The model's only contact with the world: it is shown every observation, and the time at the latest when
 * it asked for it; its events go to the signals, its questions to whoever can read.
 */
export function createDriver(options: DriverOptions) {
  const { clock, model } = options;
  let armedFor = Number.POSITIVE_INFINITY;
  let disarm = () => {};
  let stopped = false;
  const sink: Sink = {
    event: options.onEvent,
    ask(ask) {
      void options.answer(ask)?.then(emit);
    },
  };

  function emit(observation: Observation): void {
    if (stopped) return;
    options.onObservation?.(observation);
    model.see([observation], sink);
    arm();
  }

  function arm(): void {
    const next = model.nextDeadline();
    if (next === armedFor) return;
    disarm();
    armedFor = next;
    if (next === Number.POSITIVE_INFINITY) return;
    // A timer may fire a little early: the model is shown the time, sees that nothing is due, and is shown it again.
    disarm = clock.after(Math.max(0, next - clock.now().mono), tick);
  }

  function tick(): void {
    armedFor = Number.POSITIVE_INFINITY;
    emit({ kind: 'time', at: clock.now() });
  }

  function stop(): void {
    stopped = true;
    disarm();
  }
  return { emit, stop };
}

export type Driver = ReturnType<typeof createDriver>;
