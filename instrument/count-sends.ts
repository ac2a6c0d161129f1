import { sizeOf } from './size.ts';

/** What is used of a connection of `ws`. */
export interface Sending {
  readonly readyState: number;
}

const open = 1;

/** From this length on (UTF-16 units) a text is encoded here, and not by ws. */
const longText = 256;

/**
 * Calls `sent` with each message that a connection of `ws` sends, and its bytes, before it is sent. To
 * count the bytes of a text takes longer, the longer it is; to count them and to encode them is one thing, and so
 * a long text is handed on as the bytes that ws would have made of it. It is a text to the peer all the same.
 */
export function countSends(client: Sending, sent: (bytes: number, data: unknown) => void): void {
  const send = methodOf(client, 'send');
  Reflect.set(client, 'send', (data: unknown, ...rest: readonly unknown[]) => {
    if (client.readyState !== open) return send(data, ...rest);
    if (typeof data !== 'string' || data.length < longText) {
      sent(sizeOf(data), data);
      return send(data, ...rest);
    }
    const bytes = utf8(data);
    sent(bytes.length, data);
    const [options, done] = typeof rest[0] === 'function' ? [undefined, rest[0]] : rest;
    return send(bytes, { binary: false, ...Object(options) }, done);
  });
}

/** Longer texts (UTF-16 units) are rare, and what they need is not kept. */
const hugeText = 1024 * 1024;

/** Where texts are encoded, as long as the longest so far needed. */
let scratch = Buffer.alloc(0);

/** UTF-8 in a buffer of its own. `Buffer.from` counts the bytes of a long text before it encodes them. */
function utf8(text: string): Buffer {
  if (text.length > hugeText) return Buffer.from(text);
  if (scratch.length < text.length * 3) scratch = Buffer.allocUnsafeSlow(text.length * 3);
  return Buffer.from(scratch.subarray(0, scratch.write(text)));
}

/** A method of this one object, which is about to get another one: the class belongs to the application. */
export function methodOf(client: object, name: string): (...args: readonly unknown[]) => unknown {
  const method: unknown = Reflect.get(client, name);
  if (typeof method !== 'function') throw new Error(`leasewatch/instrument: a connection without ${name}()`);
  return (...args) => Reflect.apply(method, client, args);
}
