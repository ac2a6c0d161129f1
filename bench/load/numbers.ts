export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

/** The lowest and the highest, as text. */
export function spread(values: readonly number[]): string {
  return `${rounded(Math.min(...values))}–${rounded(Math.max(...values))}`;
}

/** How many times as much; null where one of the two was not measured. */
export function ratio(a: number | undefined, b: number | undefined): number | null {
  return a === undefined || b === undefined ? null : rounded(a / b);
}
