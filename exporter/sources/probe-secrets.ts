import { readFile } from 'node:fs/promises';
import type { ProbeTarget } from './probe-target.ts';
import { readTlsFiles, type TlsIdentity } from './tls-files.ts';

/** What a handshake needs from files. */
export interface ProbeSecrets {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsIdentity;
}

export type ReadSecrets =
  | { readonly kind: 'read'; readonly secrets: ProbeSecrets }
  | { readonly kind: 'failed'; readonly why: string };

/** Reads the files of a target. They may change while we run: a token is renewed, a secret is mounted late. */
export async function readSecrets(
  target: Pick<ProbeTarget, 'headers' | 'headerFiles' | 'caFile' | 'certFile' | 'keyFile'>,
): Promise<ReadSecrets> {
  const headers: Record<string, string> = { ...target.headers };
  try {
    for (const [name, file] of Object.entries(target.headerFiles)) {
      const value = headerFrom(await readFile(file, 'utf8'));
      if (value === undefined)
        return failed(`header ${name}: ${file} has more than one line, or no plain text`);
      headers[name] = value;
    }
    return { kind: 'read', secrets: { headers, tls: await readTlsFiles(target) } };
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

/** A header's value from the text of a file, without the line end that editors add. */
export function headerFrom(text: string): string | undefined {
  const value = text.trim();
  return /^[\t\x20-\x7e]+$/.test(value) ? value : undefined;
}

function failed(why: string): ReadSecrets {
  return { kind: 'failed', why };
}
