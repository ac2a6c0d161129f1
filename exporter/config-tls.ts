import { z } from 'zod';
import type { ConfigProblem } from './config-problems.ts';
import * as value from './config-values.ts';
import type { ProbeTarget } from './sources/probe-target.ts';

/** Keys by which a target says whom to trust, and who we are. */
const tlsKeys = z.strictObject({
  caFile: value.text.optional().describe('Certificates to trust instead of the usual ones, as PEM.'),
  certFile: value.text
    .optional()
    .describe('The certificate by which we make ourselves known, and those between it and the authority.'),
  keyFile: value.text.optional().describe('Its key, as PEM without a password.'),
});

export const tlsShape = tlsKeys.shape;

type TlsFiles = Pick<ProbeTarget, 'caFile' | 'certFile' | 'keyFile'>;

export function resolveTls({ caFile, certFile, keyFile }: z.output<typeof tlsKeys>): TlsFiles {
  return { caFile, certFile, keyFile };
}

/** What single values cannot tell. */
export function tlsProblems(
  path: string,
  { url, ...files }: TlsFiles & { readonly url: string },
): readonly ConfigProblem[] {
  const tell = (key: string, message: string) => ({ path: `${path}.${key}`, value: '', message });
  const { certFile, keyFile } = files;
  const { protocol } = new URL(url);
  const plain = protocol === 'ws:' || protocol === 'http:';
  const given = (['caFile', 'certFile', 'keyFile'] as const).filter((key) => files[key] !== undefined);
  return [
    ...(plain
      ? given.map((key) => tell(key, `has no meaning without TLS: the address begins with ${protocol}//`))
      : []),
    ...(certFile !== undefined && keyFile === undefined ? [tell('certFile', 'needs its keyFile')] : []),
    ...(keyFile !== undefined && certFile === undefined ? [tell('keyFile', 'needs its certFile')] : []),
  ];
}
