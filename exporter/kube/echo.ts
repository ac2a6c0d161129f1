import { secretsIn } from '../credentials.ts';
import type { KubeResponse } from './transport.ts';

/** More is not read of what went wrong, in bytes. */
const longest = 1024 * 1024;

/**
 * A refusal without what we sent to be let in: proxies and debugging servers repeat the head of a request, and what
 * they answer ends up in logs. As many bytes as before, since the answer may be protobuf.
 */
export function withoutEcho(response: KubeResponse, sent: Readonly<Record<string, string>>): KubeResponse {
  const named = Object.entries(sent).filter(([name]) => /^(proxy-)?authorization$/i.test(name));
  const secrets = secretsIn(Object.fromEntries(named)).filter((secret) => secret !== '');
  if (response.status < 400 || secrets.length === 0) return response;
  return { ...response, body: hidden(response.body, secrets) };
}

async function* hidden(
  body: AsyncIterable<Uint8Array>,
  secrets: readonly string[],
): AsyncGenerator<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= longest) break;
  }
  // One byte a character, so that what is no text stays as it is.
  const text = Buffer.concat(chunks).toString('latin1');
  const safe = secrets.reduce((left, secret) => left.replaceAll(secret, '*'.repeat(secret.length)), text);
  yield Buffer.from(safe, 'latin1');
}
