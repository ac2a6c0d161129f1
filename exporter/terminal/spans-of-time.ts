/** Short words for durations and times. */

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** `1.2 s`, `42 s`, `3 min`, `2 h`, `5 d`: what a person would say. Negative ones are told as 0. */
export function inWords(seconds: number): string {
  const [value, unit] = split(Math.max(0, seconds));
  return `${value} ${unit}`;
}

/** The same without the space, for columns: `1.2s`, `3m`, `2h`, `5d`. */
export function inColumn(seconds: number): string {
  const [value, unit] = split(Math.max(0, seconds));
  return `${value}${unit === 'min' ? 'm' : unit}`;
}

function split(seconds: number): readonly [string, string] {
  if (seconds < 20) return [seconds.toFixed(1), 's'];
  if (seconds < 2 * minute) return [seconds.toFixed(0), 's'];
  if (seconds < 2 * hour) return [Math.floor(seconds / minute).toString(), 'min'];
  if (seconds < 2 * day) return [Math.floor(seconds / hour).toString(), 'h'];
  return [Math.floor(seconds / day).toString(), 'd'];
}

/** `10:04`, or `2026-11-23 10:04` when that was not today; `now` and `time` in Unix seconds. */
export function clockTime(time: number, now: number, timeZone: string | undefined): string {
  const [date, clock] = parts(time, timeZone);
  const [today] = parts(now, timeZone);
  return date === today ? clock : `${date} ${clock}`;
}

/** The Swedish way to write a date is that of ISO 8601. */
function parts(unix: number, timeZone: string | undefined): readonly [string, string] {
  const format = new Intl.DateTimeFormat('sv-SE', {
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
    ...(timeZone === undefined ? {} : { timeZone }),
  });
  const [date = '', clock = ''] = format.format(new Date(unix * 1000)).split(' ');
  return [date, clock];
}
