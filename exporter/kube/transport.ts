/**
 * The seam to a Kubernetes API server: bytes out, bytes in. Real sockets (undici) and the simulator's
 * in-process transport implement it; everything above it runs on either, and on virtual time.
 */
export interface KubeTransport {
  /**
   * Sends one request. Resolves when status and headers are there; the body streams after that.
   * Rejects with a `TransportError` when no answer came (refused, reset, timed out, TLS, aborted).
   */
  request(request: KubeRequest): Promise<KubeResponse>;
}

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, such as `/apis/coordination.k8s.io/v1/leases?limit=500`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Longest silence between two chunks of the body, in milliseconds; then the body throws. */
  readonly idleMs?: number;
}

export interface KubeResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Throws a `TransportError` when the connection breaks or falls silent. */
  readonly body: AsyncIterable<Uint8Array>;
}

export class TransportError extends Error {
  override readonly name = 'TransportError';
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** Reads a whole body as UTF-8; invalid bytes become U+FFFD, so that hostile labels cannot throw. */
export async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
