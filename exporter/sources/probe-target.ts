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
}
