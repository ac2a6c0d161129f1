import type { Decoder } from './decoder.ts';
import { protobufType } from './protobuf-envelope.ts';

/**
 * Asks for protobuf, and takes JSON from a server that has nothing else. One that refuses the question, as
 * something in between may do, is asked for JSON alone from then on.
 */
export function eitherDecoder<T>(protobuf: Decoder<T>, json: Decoder<T>): Decoder<T> {
  const both = {
    list: `${protobuf.accept.list},${json.accept.list}`,
    watch: `${protobuf.accept.watch},${json.accept.watch}`,
  };
  let refused = false;
  const decoderOf = (contentType = ''): Decoder<T> => (isProtobuf(contentType) ? protobuf : json);
  return {
    get accept() {
      return refused ? json.accept : both;
    },
    list: (body, contentType) => decoderOf(contentType).list(body, contentType),
    watch: (contentType) => decoderOf(contentType).watch(contentType),
    refused() {
      refused = true;
    },
  };
}

export function isProtobuf(contentType: string): boolean {
  return contentType.startsWith(protobufType);
}
