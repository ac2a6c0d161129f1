import type { Observation } from '../model/observation.ts';

/** A source does I/O until `stop` is aborted and hands every observation to `emit`. It never rejects. */
export interface Source {
  readonly name: string;
  run(emit: (observation: Observation) => void, stop: AbortSignal): Promise<void>;
}
