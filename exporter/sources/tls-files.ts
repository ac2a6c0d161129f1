import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ProbeTarget } from './probe-target.ts';

/** For `tls.connect`, as PEM; what is absent is as usual. */
export interface TlsIdentity {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** A file is there and of no use; the message names it. */
export class UselessFile extends Error {}

/**
 * Reads whom to trust and who we are. Throws where a file cannot be read or is of no use: node takes a file
 * of authorities without a certificate for one that trusts nobody, and names no file at all.
 */
export async function readTlsFiles(
  target: Pick<ProbeTarget, 'caFile' | 'certFile' | 'keyFile'>,
): Promise<TlsIdentity> {
  const { caFile, certFile, keyFile } = target;
  const trusted = caFile === undefined ? {} : { ca: await readAuthorities(caFile) };
  if (certFile === undefined || keyFile === undefined) return trusted;
  const [cert, key] = [await readFile(certFile, 'utf8'), await readFile(keyFile, 'utf8')];
  if (!certificateIn(certFile, cert).checkPrivateKey(keyIn(keyFile, key))) {
    throw new UselessFile(`${keyFile} is not the key of the certificate in ${certFile}`);
  }
  return { ...trusted, cert, key };
}

async function readAuthorities(file: string): Promise<string> {
  const text = await readFile(file, 'utf8');
  certificateIn(file, text);
  return text;
}

function certificateIn(file: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (cause) {
    throw new UselessFile(`${file} has no certificate in PEM`, { cause });
  }
}

function keyIn(file: string, text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (cause) {
    const why = /^-----BEGIN ENCRYPTED|^Proc-Type:.*ENCRYPTED/m.test(text)
      ? 'is encrypted, and nobody is here to type a password'
      : 'has no private key in PEM';
    throw new UselessFile(`${file} ${why}`, { cause });
  }
}
