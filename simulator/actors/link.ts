import { type KubeRequest, type KubeTransport, TransportError } from '../../exporter/kube/transport.ts';

/** A way to the API server that can be cut, as a cable or a network policy cuts it. */
export interface Link extends KubeTransport {
  cut(): void;
  mend(): void;
  readonly isCut: boolean;
}

/** While cut, packets vanish: a request gets no answer, it ends when its sender gives up. */
export function link(transport: KubeTransport): Link {
  let isCut = false;
  return {
    cut: () => {
      isCut = true;
    },
    mend: () => {
      isCut = false;
    },
    get isCut() {
      return isCut;
    },
    request: (request) => (isCut ? silence(request) : transport.request(request)),
  };
}

function silence(request: KubeRequest): Promise<never> {
  return new Promise((_, reject) => {
    const giveUp = () => reject(new TransportError(`link: no answer to ${request.method} ${request.path}`));
    if (request.signal.aborted) return giveUp();
    request.signal.addEventListener('abort', giveUp, { once: true });
  });
}
