/** One WebSocket server to be probed, as the configuration names it. */
export interface ProbeTarget {
  /** The label `target`. */
  readonly name: string;
  /** ws:// or wss:// */
  readonly url: string;
  /** From one handshake to the next; the connection is held in between. */
  readonly intervalMs: number;
  /** For a whole handshake up to the first pong, and for every later pong. */
  readonly timeoutMs: number;
  /** Between a pong and the next ping. */
  readonly pingIntervalMs: number;
  /** 101, or the status with which the server shall refuse. */
  readonly expectStatus: number;
  /** Offered; when there are any, the server has to choose one of them. */
  readonly subprotocols: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** Names of headers, and the files whose content is their value; read anew for every handshake. */
  readonly headerFiles: Readonly<Record<string, string>>;
  /** A file with the certificates to trust instead of the usual ones. */
  readonly caFile: string | undefined;
  /** A file with the certificate by which we make ourselves known; both of these, or none. Read anew, too. */
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  /** Addresses or networks that are dialled although they are denied by default. */
  readonly allowAddresses: readonly string[];
  /** Whether a session of Socket.IO is begun by polling and gone on with, after every handshake. */
  readonly socketIo: boolean;
  /** Which backends answer, asked after every handshake; `undefined`: not asked. */
  readonly spread: SpreadTarget | undefined;
}

/** Connections to be opened at once, and where each is told which backend answered it. */
export interface SpreadTarget {
  readonly connections: number;
  readonly backend: BackendPlace;
}

/** In a header of the answer to the upgrade, or in the first message. */
export type BackendPlace = { readonly header: string } | { readonly message: MessagePattern };

/**
 * What stands before and after the name of the backend. No regular expression: one that takes its time would
 * be at the mercy of who writes the message.
 */
export interface MessagePattern {
  readonly before: string;
  readonly after: string;
}
