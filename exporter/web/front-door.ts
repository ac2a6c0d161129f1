import type { Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import { certificateNames } from './certificate-names.ts';
import type { Connections } from './connections.ts';
import type { ClientAuth } from './server-tls.ts';
import type { TlsSettings, WebSettings } from './web-settings.ts';

export interface FrontDoorOptions {
  /** Serves the connections that are let in. It does not listen itself. */
  readonly http: HttpServer;
  readonly connections: Connections;
  readonly settings: () => Promise<WebSettings>;
  /** Told of handshakes that came to nothing. */
  readonly onHandshakeFailed: () => void;
}

const handshakeMs = 10_000;

/**
 * Takes connections and hands them over to the HTTP server, through TLS where that is configured. Each connection is
 * met with the settings of its moment: a renewed certificate needs no restart.
 */
export function frontDoor(options: FrontDoorOptions): Server {
  const { http, connections, settings } = options;
  const tls = tlsServers(options);
  // Nothing is read before it is known who reads.
  return createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    connections.add(socket);
    settings()
      .then((now) => {
        if (socket.destroyed) return;
        (now.tls === undefined ? http : tls(now.tls)).emit('connection', socket);
        socket.resume();
      })
      .catch(() => socket.destroy());
  });
}

/** One for the settings in force; those before it end with their connections. */
function tlsServers(options: FrontDoorOptions): (tls: TlsSettings) => TlsServer {
  let last: { readonly of: TlsSettings; readonly server: TlsServer } | undefined;
  return (tls) => {
    if (last?.of !== tls) last = { of: tls, server: tlsServer(tls, options) };
    return last.server;
  };
}

function tlsServer(tls: TlsSettings, { http, onHandshakeFailed }: FrontDoorOptions): TlsServer {
  const server = createTlsServer({
    ...tls.context,
    handshakeTimeout: handshakeMs,
    ALPNProtocols: ['http/1.1'],
    requestCert: tls.clientAuth !== 'NoClientCert',
    // What is required of a certificate is decided below: there are five policies, and this knows two.
    rejectUnauthorized: false,
  });
  server.on('secureConnection', (socket) => {
    socket.on('error', () => socket.destroy());
    if (!clientAccepted(tls, socket)) {
      onHandshakeFailed();
      socket.destroy();
      return;
    }
    http.emit('connection', socket);
  });
  server.on('tlsClientError', (_error, socket) => {
    onHandshakeFailed();
    socket.destroy();
  });
  return server;
}

function clientAccepted({ clientAuth, allowedSans }: TlsSettings, socket: TLSSocket): boolean {
  const certificate = socket.getPeerX509Certificate();
  const verified = socket.authorized;
  const accepted: Record<ClientAuth, boolean> = {
    NoClientCert: true,
    RequestClientCert: true,
    RequireAnyClientCert: certificate !== undefined,
    VerifyClientCertIfGiven: certificate === undefined || verified,
    RequireAndVerifyClientCert: certificate !== undefined && verified,
  };
  if (!accepted[clientAuth]) return false;
  if (allowedSans === undefined) return true;
  const names = certificateNames(certificate?.subjectAltName);
  return allowedSans.some((san) => names.includes(san));
}
