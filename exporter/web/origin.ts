/** What of a request tells from where a browser sends it. */
export interface Whence {
  readonly host: string | undefined;
  readonly origin: string | undefined;
}

/**
 * Whether a WebSocket may be opened from that page: a browser sends its user's credentials along with a handshake
 * from any page, and lets that page read. `origins` are further ones that may. Programs send no Origin.
 */
export function originAllowed({ host, origin }: Whence, origins: readonly string[]): boolean {
  if (origin === undefined) return true;
  const from = URL.parse(origin);
  if (from === null || from.host === '') return false;
  if (origins.includes(from.origin)) return true;
  // Parsed alike, so that a port that goes without saying is left out on both sides.
  const own = host === undefined ? null : URL.parse(`${from.protocol}//${host}`);
  return own?.host === from.host;
}

/** Names that no stranger can have registered. */
const ownForm =
  /^(localhost|[^.]+|.+\.(localhost|local|internal|svc|cluster\.local)|\[[0-9a-f:.]+\]|[0-9.]+)$/;

/**
 * Whether a Host may be a name of ours. A page can give its own name our address (DNS rebinding) and then read what
 * its visitor's browser can reach; the browser goes on naming that page's host. `hosts` are further names of ours.
 */
export function hostAllowed(host: string | undefined, hosts: readonly string[]): boolean {
  const name = host === undefined ? undefined : URL.parse(`http://${host}`)?.hostname.toLowerCase();
  return name !== undefined && (ownForm.test(name) || hosts.includes(name));
}

/** Every browser tells its languages, unasked; Prometheus, curl and our own commands do not. */
export function fromBrowser(headers: Readonly<Record<string, unknown>>): boolean {
  return ['accept-language', 'origin', 'sec-fetch-site'].some((name) => headers[name] !== undefined);
}
