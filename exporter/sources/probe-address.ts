import { BlockList, isIP } from 'node:net';

/**
 * Where credentials of machines are handed out, and what is only reachable on one link. A name that somebody
 * else may change must not lead a probe, with its headers, to such a place.
 */
const denied: readonly string[] = [
  '169.254.0.0/16',
  'fe80::/10',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
  // The same IPv4 addresses, written as IPv6 for a gateway that translates.
  '64:ff9b::a9fe:0/112',
];

const denyList = blockListOf(denied);

/** Those addresses that may be dialled. */
export function diallable(addresses: readonly string[], allow: readonly string[]): readonly string[] {
  const allowed = blockListOf(allow);
  return addresses.filter((address) => covers(allowed, address) || !covers(denyList, address));
}

/** An address or a network such as `169.254.20.10` or `fe80::/64`; undefined for anything else. */
export function parseNetwork(text: string) {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  const most = family === 4 ? 32 : 128;
  if (family === 0 || rest.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return undefined;
  const prefix = bits === undefined ? most : Number(bits);
  return prefix > most ? undefined : ({ address, prefix, family: family === 4 ? 'ipv4' : 'ipv6' } as const);
}

function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of networks) {
    const network = parseNetwork(text);
    if (network !== undefined) list.addSubnet(network.address, network.prefix, network.family);
  }
  return list;
}

function covers(list: BlockList, address: string): boolean {
  const [plain = ''] = address.split('%');
  return list.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6');
}
