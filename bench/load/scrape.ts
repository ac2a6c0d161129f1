import { get } from 'node:http';
import { gunzipSync } from 'node:zlib';

/** How an answer is asked to be packed; Prometheus asks for gzip. */
export type Packing = 'gzip' | 'identity';

/** An answer to a scrape. */
export interface Scrape {
  /** To the last byte. */
  readonly ms: number;
  /** As they were sent. */
  readonly bytes: number;
  text(): string;
}

export function scrape(url: string, packing: Packing = 'gzip'): Promise<Scrape> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { accept: 'text/plain;version=0.0.4', 'accept-encoding': packing };
    const request = get(url, { headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const ms = performance.now() - started;
        const packed = response.headers['content-encoding'] === 'gzip';
        const text = (): string => textOf(Buffer.concat(chunks), packed);
        resolve({ ms, bytes: chunks.reduce((sum, { length }) => sum + length, 0), text });
      });
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}

function textOf(body: Buffer, packed: boolean): string {
  return (packed ? gunzipSync(body) : body).toString('latin1');
}
