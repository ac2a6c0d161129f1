/** How the page says numbers. Every form keeps its width as long as it can, so that nothing dances. */

/** Of less than a minute with a tenth, such as `3.2 s`; of more with two units, such as `4 min 5 s`. */
export function duration(seconds: number): string {
  const given = Math.max(0, seconds);
  if (given < 60) return `${given.toFixed(1)} s`;
  return age(given);
}

/** In whole units, two of them at most: `12 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`, `2 y 40 d`. */
export function age(seconds: number): string {
  let rest = Math.max(0, Math.floor(seconds));
  const parts: string[] = [];
  for (const [name, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 || parts.length > 0) parts.push(`${count} ${name}`);
    if (parts.length === 2) break;
  }
  return parts.filter((part) => !part.startsWith('0 ')).join(' ') || '0 s';
}

const units: readonly (readonly [string, number])[] = [
  ['y', 365 * 86_400],
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
];

/** In one unit: `12 s`, `3 min`, `2 h`, `4 d`. */
export function roughAge(seconds: number): string {
  return age(seconds).split(' ').slice(0, 2).join(' ');
}

const grouped = new Intl.NumberFormat('en');

export function count(number: number): string {
  return grouped.format(number);
}

/** `1 node`, `2 nodes`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

export function bytes(number: number): string {
  const steps = ['B', 'KiB', 'MiB', 'GiB'];
  const step = Math.min(steps.length - 1, Math.floor(Math.log2(Math.max(1, number)) / 10));
  return `${(number / 1024 ** step).toFixed(step === 0 ? 0 : 1)} ${steps[step]}`;
}

/** The first few of a list, and how many more there are. */
export function few(names: readonly string[], most = 3): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(', ')} and ${count(more)} more` : names.join(', ');
}
