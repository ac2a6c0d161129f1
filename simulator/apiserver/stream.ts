import { TransportError } from '../../exporter/kube/transport.ts';

/** The body of an answer that is written as time goes by. */
export interface ByteStream extends AsyncIterable<Uint8Array> {
  write(bytes: Uint8Array): void;
  /** Ends the body in good order. */
  end(): void;
  /** Breaks the connection off: the reader gets a `TransportError`, after what was written before. */
  fail(message: string): void;
  /** From now on nothing arrives any more, not even the end: a connection that is half open. */
  freeze(): void;
}

/** `onClose` runs once, when the body has ended, broken or been let go by its reader. */
export function byteStream(signal: AbortSignal, onClose: () => void): ByteStream {
  const chunks: Uint8Array[] = [];
  let state: 'open' | 'frozen' | 'ended' | TransportError = 'open';
  let wake = (): void => {};

  function finish(next: 'ended' | TransportError): void {
    if (state !== 'open' && state !== 'frozen') return;
    state = next;
    signal.removeEventListener('abort', aborted);
    onClose();
    wake();
  }
  function aborted(): void {
    chunks.length = 0;
    finish(new TransportError('simulated API server: request aborted', signal.reason));
  }
  function woken(): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
    });
  }
  async function* read(): AsyncGenerator<Uint8Array, void> {
    try {
      while (true) {
        const chunk = chunks.shift();
        if (chunk !== undefined) yield chunk;
        else if (state instanceof TransportError) throw state;
        else if (state === 'ended') return;
        else await woken();
      }
    } finally {
      finish('ended');
    }
  }

  if (signal.aborted) aborted();
  else signal.addEventListener('abort', aborted, { once: true });
  return {
    write(bytes) {
      if (state !== 'open') return;
      chunks.push(bytes);
      wake();
    },
    end() {
      if (state === 'open') finish('ended');
    },
    fail(message) {
      finish(new TransportError(message));
    },
    freeze() {
      if (state === 'open') state = 'frozen';
    },
    [Symbol.asyncIterator]: read,
  };
}
