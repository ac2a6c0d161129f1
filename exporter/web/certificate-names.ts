import { isIP } from 'node:net';

const kinds: ReadonlySet<string> = new Set(['DNS', 'IP Address', 'email', 'URI']);

/**
 * The names in a certificate's subjectAltName as Node writes it, `DNS:a, IP Address:0:0:0:0:0:0:0:1`, each as Go
 * writes it, which is how they stand in `client_allowed_sans`. A value with a comma or a quote in it is quoted as in
 * JSON, so that none can pretend to be two.
 */
export function certificateNames(subjectAltName: string | undefined): readonly string[] {
  // One after the other without a gap: a value that is searched for could lie within another one.
  const entries = (subjectAltName ?? '').matchAll(/([^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy);
  return [...entries].flatMap(([, kind = '', value = '']) => {
    if (!kinds.has(kind)) return [];
    const name = value.startsWith('"') ? String(JSON.parse(value)) : value;
    return [kind === 'IP Address' ? shortAddress(name) : name];
  });
}

function shortAddress(address: string): string {
  return isIP(address) === 6 ? (URL.parse(`http://[${address}]`)?.hostname.slice(1, -1) ?? address) : address;
}
