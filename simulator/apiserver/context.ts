import type { Clock } from '../../exporter/clock.ts';
import type { WatchCache } from './cache.ts';
import type { Format } from './format.ts';
import type { CandidateVersion, Resource } from './resources.ts';
import type { Status } from './status.ts';
import type { Store } from './store.ts';
import type { ByteStream } from './stream.ts';

/** What can be wrong with the server at the moment. */
export interface FaultState {
  stopped: boolean;
  slowMs: number;
  /** How long etcd takes for a write, which it then does whether or not its sender still waits. */
  commitMs: number;
  unauthorized: boolean;
  /** How a watch that starts too far back is refused. The real server: in the stream. */
  gone: 'stream' | 'status';
  /** Plural names, such as `pods`, or one verb of them, such as `list pods`. */
  readonly forbidden: Set<string>;
}

/** What every operation of the server works on. */
export interface Context {
  readonly clock: Clock;
  readonly store: Store;
  readonly cache: WatchCache;
  readonly state: FaultState;
  readonly watches: Set<OpenWatch>;
  /** Whether watches may ask for their initial state (the WatchList feature gate). */
  readonly watchList: boolean;
  /** How long a watch lasts that names no timeout, in milliseconds. */
  readonly watchTimeoutMs: number;
  readonly candidates: CandidateVersion;
}

/** A watch that somebody reads. */
export interface OpenWatch {
  readonly stream: ByteStream;
  /** Ends it because its history is gone, the way that the real server tells it in the stream. */
  expire(): void;
}

/** What a list or watch is asked for. */
export interface Query {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly params: URLSearchParams;
}

/** An answer before it is bytes: a whole object or text, or a stream that is open. */
export type Reply =
  | { readonly status: number; readonly body: unknown; readonly format?: Format }
  | { readonly stream: ByteStream; readonly format: Format };

export function refuse(status: Status): Reply {
  return { status: status.code, body: status };
}
