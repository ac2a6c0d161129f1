import type { Message } from '../message.ts';

export interface ConnectionOptions {
  readonly onMessage: (message: Message) => void;
  /** Whether there is news: false when the connection was lost, or nothing has come for too long. */
  readonly onLive: (live: boolean) => void;
}

export interface Connection {
  /** Opens a new one: it begins with the whole state. */
  restart(): void;
}

/** The program says something at least every 3 s or so. */
const silenceMs = 9000;
const firstRetryMs = 250;
const lastRetryMs = 10_000;

/** Keeps a WebSocket to `/live`; lost, it is opened again, each time after a longer while and never in step with others. */
export function connect({ onMessage, onLive }: ConnectionOptions): Connection {
  let socket: WebSocket | undefined;
  let watchdog = 0;
  let retryMs = firstRetryMs;
  let retry = 0;

  function open(): void {
    clearTimeout(retry);
    const own = new WebSocket(addressOf('/live'));
    socket = own;
    own.onmessage = ({ data }: MessageEvent<string>) => {
      if (socket !== own) return;
      retryMs = firstRetryMs;
      expectMore();
      onMessage(JSON.parse(data));
    };
    own.onclose = () => lost(own);
    expectMore();
  }

  /** A way that breaks without a word looks like silence. */
  function expectMore(): void {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => {
      const silent = socket;
      silent?.close();
      if (silent !== undefined) lost(silent);
    }, silenceMs);
  }

  function lost(which: WebSocket): void {
    if (which !== socket) return;
    socket = undefined;
    clearTimeout(watchdog);
    onLive(false);
    retry = setTimeout(open, retryMs * (0.5 + Math.random()));
    retryMs = Math.min(lastRetryMs, retryMs * 2);
  }

  addEventListener('online', () => {
    if (socket === undefined) open();
  });
  open();
  return {
    restart() {
      const old = socket;
      socket = undefined;
      old?.close();
      open();
    },
  };
}

function addressOf(path: string): string {
  const address = new URL(path, location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  return address.href;
}
