import { useRef, useState } from 'preact/hooks';
import { age } from '../shown/words.ts';
import { useTicking, write } from './ticking.ts';

/** For how long nothing has come. */
export function SinceNews() {
  const [lost] = useState(() => performance.now());
  const text = useRef<HTMLSpanElement>(null);
  useTicking(() => write(text, age((performance.now() - lost) / 1000)), [lost]);
  return (
    <>
      disconnected<span aria-hidden="true">{' for '}</span>
      <span ref={text} class="number" aria-hidden="true" />
    </>
  );
}
