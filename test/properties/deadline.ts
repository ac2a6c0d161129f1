import { Script } from 'node:vm';

const script = new Script('run()');

/** Runs something that must not take longer: a loop that never ends is ended, and thrown as an error. */
export function within(ms: number, run: () => void): void {
  Object.defineProperty(globalThis, 'run', { value: run, configurable: true });
  script.runInThisContext({ timeout: ms });
}
