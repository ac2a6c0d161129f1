/** The end of a name that tells it from its like: its last part, where that is short. */
const longestTail = 14;

export function splitName(name: string): readonly [head: string, tail: string] {
  const cut = Math.max(name.lastIndexOf('-'), name.length - longestTail);
  return cut <= 0 ? [name, ''] : [name.slice(0, cut), name.slice(cut)];
}

/** `scheduler-c_0f1e2d3c-…` is `scheduler-c`: client-go adds the rest so that two of one host differ. */
export function shortHolder(holder: string): string {
  return holder.replace(/_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+$/i, '');
}

/** Two names of one workload as what is different of them: `…pggnm` and `…mphcq`. */
export function apart(a: string, b: string): readonly [a: string, b: string] {
  let same = 0;
  while (same < Math.min(a.length, b.length) && a[same] === b[same]) same += 1;
  const cut = a.lastIndexOf('-', same) + 1;
  if (cut < 8 || a === b) return [a, b];
  return [`…${a.slice(cut)}`, `…${b.slice(cut)}`];
}
