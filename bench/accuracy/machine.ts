import type { KubeTransport } from '../../exporter/kube/transport.ts';
import { type Link, link } from '../../simulator/actors/link.ts';

/** What electors run on: they share its way to the API server, and its fate. */
export interface Machine {
  readonly name: string;
  readonly link: Link;
}

export function machine(name: string, transport: KubeTransport): Machine {
  return { name, link: link(transport) };
}

/** The same way to the server, under a name of its own: the server writes down who wrote. */
export function signed(transport: KubeTransport, writer: string): KubeTransport {
  return {
    request: (request) =>
      transport.request({ ...request, headers: { ...request.headers, 'user-agent': writer } }),
  };
}
