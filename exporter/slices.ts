import { setImmediate } from 'node:timers/promises';

/** Work on the main thread gives way after so many milliseconds. */
const sliceMs = 2;

/**
 * Cuts long work into slices. What it returns is called often, and awaited where it returns a promise:
 * others come to their turn then. Waiting for `drain` of a socket would not do: that may come at once.
 */
export function slices(): () => Promise<void> | undefined {
  let began = performance.now();
  return () => {
    if (performance.now() - began < sliceMs) return undefined;
    return setImmediate().then(() => {
      began = performance.now();
    });
  };
}
