import type { Route } from './outbox.ts';

/** One request to the receiver of a route: records with commas between; their bytes are never touched. */
export function requestBody(route: Route, stream: string, bodies: readonly Uint8Array[]): Uint8Array[] {
  const [before, after] = frames[route](stream);
  const comma = Buffer.from(',');
  const elements = bodies.flatMap((body, index) => (index === 0 ? [body] : [comma, body]));
  return [Buffer.from(before), ...elements, Buffer.from(after)];
}

const frames: Readonly<Record<Route, (stream: string) => readonly [string, string]>> = {
  traces: () => ['{"resourceSpans":[', ']}'],
  logs: (stream) => [`{"streams":[{"stream":${stream},"values":[`, ']}]}'],
};
