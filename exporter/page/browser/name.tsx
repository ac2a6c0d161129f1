import { splitName } from '../shown/names.ts';

/** A name that loses its middle where there is no room: names of one workload differ at the end. */
export function Name({ text, title = text }: { readonly text: string; readonly title?: string }) {
  const [head, tail] = splitName(text);
  return (
    <span class="cut" title={title}>
      <span class="cut-head">{head}</span>
      <span>{tail}</span>
    </span>
  );
}
