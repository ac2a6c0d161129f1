/** The line of a small chart as the path of an SVG, from 0 at the bottom; a gap where nobody knows. */
export function sparkPath(
  points: readonly (number | null)[],
  { width, height, most }: { readonly width: number; readonly height: number; readonly most: number },
): string {
  const step = points.length > 1 ? width / (points.length - 1) : 0;
  const scale = most > 0 ? height / most : 0;
  let pen = 'M';
  let path = '';
  for (const [index, point] of points.entries()) {
    if (point === null) {
      pen = 'M';
      continue;
    }
    path += `${pen}${round(index * step)} ${round(height - point * scale)}`;
    pen = 'L';
  }
  return path;
}

/** The least round number that is not below any of them. */
export function ceilingOf(points: readonly (number | null)[]): number {
  const most = Math.max(1, ...points.map((point) => point ?? 0));
  const size = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((each) => each * size).find((each) => each >= most) ?? most;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
