import type { Collection } from './reflection.ts';
import { type KubeRequest, type KubeResponse, readText } from './transport.ts';

/** Asks for a list or a watch in what the decoder reads; once more, for less, where the server refuses that. */
export async function requestDecodable<T>(
  { transport, decoder }: Pick<Collection<T>, 'transport' | 'decoder'>,
  what: 'list' | 'watch',
  request: Pick<KubeRequest, 'path' | 'signal' | 'idleMs'>,
): Promise<KubeResponse> {
  const accept = decoder.accept[what];
  const ask = (headers: { readonly accept: string }): Promise<KubeResponse> =>
    transport.request({ ...request, method: 'GET', headers });
  const response = await ask({ accept });
  if (response.status !== 406 && response.status !== 415) return response;
  decoder.refused?.();
  const less = decoder.accept[what];
  if (less === accept) return response;
  await readText(response.body); // an unread body would keep its connection
  return ask({ accept: less });
}
