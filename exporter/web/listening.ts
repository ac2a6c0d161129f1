import type { Server } from 'node:net';

/** Port 0 takes a free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Resolves with the reason, in words for the user, when that address cannot be had. */
export function listenOn(server: Server, listen: ListenAddress): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(whyNotListening(error, listen)));
    // While many knock at once, a scraper must not be left to knock again after seconds.
    server.listen({ ...listen, backlog: 4096 }, () => resolve(undefined));
  });
}

function whyNotListening(error: Error, { host, port }: ListenAddress): string {
  const code = 'code' in error ? error.code : undefined;
  const at = `server: cannot listen on ${authority(host, port)}:`;
  if (code === 'EADDRINUSE') {
    return `${at} another program does. Stop it, or choose another port with --listen HOST:PORT (port 0 takes a free one)`;
  }
  if (code === 'EACCES') return `${at} not permitted. Choose a port from 1024 up with --listen HOST:PORT`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `${at} ${host} is no address of this machine. Choose one with --listen HOST:PORT`;
  }
  return `${at} ${error.message}`;
}

/** An address that a browser on this machine can open. */
export function urlOf(scheme: 'http' | 'https', server: Server, listen: ListenAddress): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : listen.port;
  const everywhere = listen.host === '0.0.0.0' || listen.host === '::' || listen.host === '';
  return `${scheme}://${authority(everywhere ? 'localhost' : listen.host, port)}`;
}

function authority(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
