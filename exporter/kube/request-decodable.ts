import type { Decoder } from './decoder.ts';
import type { Collection } from './reflection.ts';
import { type KubeRequest, type KubeResponse, readText } from './transport.ts';

/** Asks for a list or a watch in what the decoder reads at this moment. */
export function requestDecodable<T>(
  { transport, decoder }: Pick<Collection<T>, 'transport' | 'decoder'>,
  what: 'list' | 'watch',
  request: Pick<KubeRequest, 'path' | 'signal' | 'idleMs'>,
): Promise<KubeResponse> {
  return transport.request({ ...request, method: 'GET', headers: { accept: decoder.accept[what] } });
}

/** Whether the server has nothing of what was asked for, and is to be asked once more, for less. */
export function isRefused<T>(decoder: Decoder<T>, { status }: KubeResponse): boolean {
  if (status !== 406 && status !== 415) return false;
  const before = decoder.accept.list;
  decoder.refused?.();
  return decoder.accept.list !== before;
}

/** Reads what nobody wants: an unread body would keep its connection. */
export async function letGo({ body }: KubeResponse): Promise<void> {
  await readText(body);
}
