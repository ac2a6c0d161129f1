import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/** What must be drawn again because time goes by: all of it together, and nothing while nobody looks. */
interface Ticker {
  start(draw: () => void): () => void;
  tick(): void;
}

/** Bars move by a pixel or so at a time. */
const often = createTicker(100);
/** Words need not hurry. */
const sometimes = createTicker(250);

function createTicker(everyMs: number): Ticker {
  const drawn = new Set<() => void>();
  let timer = 0;
  function tick(): void {
    if (!document.hidden) for (const draw of drawn) draw();
  }
  return {
    start(draw) {
      drawn.add(draw);
      draw();
      if (timer === 0) timer = setInterval(tick, everyMs);
      return () => {
        drawn.delete(draw);
        if (drawn.size > 0) return;
        clearInterval(timer);
        timer = 0;
      };
    },
    tick,
  };
}

/** Draws everything that depends on the time, now. */
export function tick(): void {
  often.tick();
  sometimes.tick();
}

/** Calls `draw` now and four times a second, until one of `parts` is another one. */
export function useTicking(draw: () => void, parts: readonly unknown[]): void {
  useEffect(() => sometimes.start(draw), parts);
}

/** As `useTicking`, ten times a second. */
export function useMoving(draw: () => void, parts: readonly unknown[]): void {
  useEffect(() => often.start(draw), parts);
}

/** Writes only what is different: what is the same is not painted again. */
export function write(place: RefObject<HTMLElement | null>, text: string): void {
  const element = place.current;
  if (element !== null && element.textContent !== text) element.textContent = text;
}
