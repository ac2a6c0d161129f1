import { closeSync, openSync, readSync } from 'node:fs';

/** The longest times (ms) for which the main thread of a process came to nothing. */
export interface Pauses {
  /** By the clock on the wall, whatever the reason. */
  readonly wallMs: number;
  /** Without the time for which the thread could have run and the machine had no core for it. */
  readonly ownMs: number;
}

const beatMs = 1;

/** Looks at the time as often as timers allow, from here to the call of the result. `see` is told each own pause (ms). */
export function watchPauses(see: (ownMs: number) => void = () => undefined): () => Pauses {
  const waited = waitingTime();
  let [wallMs, ownMs] = [0, 0];
  let [lastTime, lastWait] = [performance.now(), waited.ms()];
  const look = (): void => {
    const [time, wait] = [performance.now(), waited.ms()];
    const pause = Math.max(0, time - lastTime - beatMs);
    wallMs = Math.max(wallMs, pause);
    const own = Math.max(0, pause - (wait - lastWait));
    ownMs = Math.max(ownMs, own);
    see(own);
    [lastTime, lastWait] = [time, wait];
  };
  const beat = setInterval(look, beatMs);
  return () => {
    clearInterval(beat);
    look();
    waited.close();
    return { wallMs, ownMs };
  };
}

/**
 * For how long the main thread has been waiting for a core since it exists: the second number of its
 * schedstat, in nanoseconds. Nothing where the kernel does not keep it; then every pause counts as our own.
 * Nothing is allocated for a look: collecting the garbage of a watch would be a pause of its own.
 */
function waitingTime(): { ms(): number; close(): void } {
  const buffer = new Uint8Array(128);
  let file: number;
  try {
    file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
  } catch {
    return { ms: () => 0, close: () => undefined };
  }
  return {
    ms() {
      readSync(file, buffer, 0, buffer.length, 0);
      return secondNumber(buffer) / 1e6;
    },
    close: () => closeSync(file),
  };
}

function secondNumber(text: Uint8Array): number {
  const from = text.indexOf(space) + 1;
  const to = text.indexOf(space, from);
  let value = 0;
  for (let i = from; i < to; i++) value = value * 10 + (text[i] ?? 0) - zero;
  return value;
}

const space = 0x20;
const zero = 0x30;
