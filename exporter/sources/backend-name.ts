import type { IncomingHttpHeaders } from 'node:http';
import type { MessagePattern } from './probe-target.ts';

const longestName = 63;

/** The name in a header; undefined where there is none. */
export function backendInHeader(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return named(Array.isArray(value) ? value.join(',') : value);
}

/** The name in a message; undefined where the message is another one. */
export function backendInMessage(text: string, { before, after }: MessagePattern): string | undefined {
  const at = text.indexOf(before);
  if (at < 0) return undefined;
  const rest = text.slice(at + before.length);
  const end = after === '' ? rest.length : rest.indexOf(after);
  return end < 0 ? undefined : named(rest.slice(0, end));
}

function named(text: string | undefined): string | undefined {
  const name = text?.trim().slice(0, longestName);
  return name === '' ? undefined : name;
}
