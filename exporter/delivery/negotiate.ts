/** What an HTTP client asked for in Accept and Accept-Encoding; a name not mentioned has weight 0. */

/** True when OpenMetrics is asked for, and not less than the older text format. */
export function wantsOpenMetrics(accept: string | undefined): boolean {
  const openMetrics = weight(accept, 'application/openmetrics-text');
  return openMetrics > 0 && openMetrics >= weight(accept, 'text/plain');
}

export type Encoding = 'zstd' | 'gzip' | 'identity';

/** The best encoding that the client takes. */
export function chooseEncoding(acceptEncoding: string | undefined): Encoding {
  const gzip = weight(acceptEncoding, 'gzip');
  const zstd = weight(acceptEncoding, 'zstd');
  if (zstd > 0 && zstd >= gzip) return 'zstd';
  return gzip > 0 ? 'gzip' : 'identity';
}

/** The highest weight of a name in a header such as `gzip;q=0.5, zstd`. */
function weight(header: string | undefined, name: string): number {
  const weights = (header ?? '')
    .toLowerCase()
    .split(',')
    .map((item) => item.split(';').map((part) => part.trim()))
    .filter(([first]) => first === name)
    .map(([, ...parameters]) => quality(parameters));
  return Math.max(0, ...weights);
}

function quality(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith('q='));
  const value = given === undefined ? 1 : Number(given.slice(2));
  return value >= 0 && value <= 1 ? value : 0;
}
