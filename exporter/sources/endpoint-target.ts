/** One endpoint of metrics that counts connections itself, as the configuration names it. */
export interface EndpointTarget {
  /** The label `target`. */
  readonly name: string;
  /** The whole address of the metrics. */
  readonly url: string;
  /** Whose count it is: that of a proxy, or that of the application. */
  readonly side: 'proxy' | 'app';
  /** The metric that counts open connections. */
  readonly connections: string;
  /** The counter of all connections that there were, where there is one. */
  readonly total: string | undefined;
  /** Only series with these labels count. */
  readonly labels: Readonly<Record<string, string>>;
  readonly intervalMs: number;
  /** Metadata and link-local addresses that may be dialled nevertheless. */
  readonly allowAddresses: readonly string[];
  /** For one whole answer. */
  readonly timeoutMs: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Names of headers, and the files whose content is their value. */
  readonly headerFiles: Readonly<Record<string, string>>;
  readonly caFile: string | undefined;
  /** By which we make ourselves known; both of these, or none. */
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}
