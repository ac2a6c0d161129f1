import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface WindowedProps {
  readonly count: number;
  /** The height of a row in rem, on a wide and on a narrow screen. */
  readonly rowRem: { readonly wide: number; readonly narrow: number };
  readonly label: string;
  /** Stays in sight. */
  readonly head: ComponentChildren;
  readonly row: (index: number, top: string) => ComponentChildren;
  /** A row that has to be there, wherever one has scrolled to. */
  readonly active: number;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onFocusIn: (event: FocusEvent) => void;
}

/** Rows that nobody can see, above and below, so that scrolling shows no gaps. */
const spare = 6;
const narrowScreen = matchMedia('(max-width: 48rem)');

/** A table of which only the rows in sight exist. */
export function Windowed(props: WindowedProps) {
  const { count, rowRem, label, head, row, active, onKeyDown, onFocusIn } = props;
  const box = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(rowHeight(rowRem));
  const [first, setFirst] = useState(0);
  const [shown, setShown] = useState(30);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = (): void => {
      const each = rowHeight(rowRem);
      setHeight(each);
      setFirst(Math.floor(element.scrollTop / each));
      setShown(Math.ceil(element.clientHeight / each) + 1);
    };
    measure();
    const watching = new ResizeObserver(measure);
    watching.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      watching.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);
  useEffect(() => {
    if (box.current !== null && active >= 0) reveal(box.current, active * height, height);
  }, [active]);
  const from = Math.max(0, Math.min(first, count - 1) - spare);
  const to = Math.min(count, first + shown + spare);
  const indexes = Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
  if (active >= 0 && active < count && (active < from || active >= to)) indexes.push(active);
  return (
    <div ref={box} class="windowed">
      <table aria-label={label} aria-rowcount={count + 1} onKeyDown={onKeyDown} onFocusIn={onFocusIn}>
        {head}
        <tbody style={{ height: `${count * height}px` }}>
          {indexes.map((index) => row(index, `${index * height}px`))}
        </tbody>
      </table>
    </div>
  );
}

function rowHeight({ wide, narrow }: WindowedProps['rowRem']): number {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return (narrowScreen.matches ? narrow : wide) * rem;
}

function reveal(box: HTMLElement, top: number, height: number): void {
  const head = box.querySelector('thead')?.offsetHeight ?? 0;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (head + top + height > box.scrollTop + box.clientHeight)
    box.scrollTop = head + top + height - box.clientHeight;
}
