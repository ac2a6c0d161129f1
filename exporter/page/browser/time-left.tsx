import { useRef } from 'preact/hooks';
import { clock } from './store.ts';
import { useMoving, useTicking, write } from './ticking.ts';

export interface TimeLeftProps {
  /** When the time began to run, on the program's monotonic clock, and how long it runs. */
  readonly from: number;
  readonly forMs: number;
}

const still = matchMedia('(prefers-reduced-motion: reduce)');

/**
 * A bar that empties until the time is up, by the clock and not by messages. It is a background: as elements
 * that the browser moves by itself, some dozens of bars would be as many layers, and scrolling would stutter.
 */
export function Bar({ from, forMs }: TimeLeftProps) {
  const bar = useRef<HTMLSpanElement>(null);
  useMoving(() => {
    const passed = clock.mono - from;
    // In steps of a second, for those who do not want to see things move.
    const drawn = still.matches ? Math.floor(passed / 1000) * 1000 : passed;
    if (bar.current !== null) fill(bar.current, Math.min(1, Math.max(0, 1 - drawn / forMs)));
  }, [from, forMs]);
  return <span ref={bar} class="bar" />;
}

function fill(bar: HTMLElement, left: number): void {
  const size = `${Math.round(left * 500) / 5}% 100%`;
  if (bar.style.backgroundSize !== size) bar.style.backgroundSize = size;
  const much = left < 1 / 3 ? 'little' : 'much';
  if (bar.dataset.left !== much) bar.dataset.left = much;
}

/** The seconds that are left; `up` is said when there are none. */
export function SecondsLeft({ from, forMs, up }: TimeLeftProps & { readonly up: string }) {
  const text = useRef<HTMLSpanElement>(null);
  useTicking(() => {
    const left = (from + forMs - clock.mono) / 1000;
    write(text, left > 0 ? `${Math.ceil(left)} s` : up);
  }, [from, forMs, up]);
  return <span ref={text} class="number" />;
}

/** How long ago, in words; `since` is on the monotonic clock of the program. */
export function Since({ since, say }: { readonly since: number; readonly say: (seconds: number) => string }) {
  const text = useRef<HTMLSpanElement>(null);
  useTicking(() => write(text, say(Math.max(0, clock.mono - since) / 1000)), [since, say]);
  return <span ref={text} class="number" />;
}

/** As `Since`, of Unix seconds. */
export function SinceWall({ at, say }: { readonly at: number; readonly say: (seconds: number) => string }) {
  const text = useRef<HTMLSpanElement>(null);
  useTicking(() => write(text, say(Math.max(0, clock.wall - at))), [at, say]);
  return <span ref={text} class="number" />;
}
