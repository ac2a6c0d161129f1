import { startDelivery } from '../../exporter/assemble-delivery.ts';
import { type Config, loadConfig } from '../../exporter/config.ts';
import { alwaysPermitted } from '../../exporter/delivery/permission.ts';
import { Backlog } from './backlog.ts';
import { type LinkOptions, linkTo } from './link.ts';

export interface SiteOptions extends LinkOptions {
  readonly random: () => number;
  /** One record of so many bytes comes every so many milliseconds. */
  readonly everyMs: number;
  readonly bytes: number;
  /** `loki.ingestBytesPerSecond`; what it is unless told, if left out. */
  readonly ingestBytesPerSecond?: number | undefined;
}

export interface Site {
  readonly backlog: Backlog;
  stop(): Promise<void>;
}

/** A site with the delivery of leasewatch as it is wired in the program, but for the disk and the sockets. */
export async function startSite(options: SiteOptions): Promise<Site> {
  const { name, clock, random, everyMs, bytes } = options;
  const stream = JSON.stringify({ service_name: 'leasewatch', cluster: name, site: name, level: 'info' });
  const backlog = new Backlog({ clock, stream, everyMs, bytes });
  const ways = {
    openOutbox: async () => ({ kind: 'open', outbox: backlog, memories: noMemories }) as const,
    openPoster: () => linkTo(options),
  };
  const started = await startDelivery(configOf(options), clock, random, () => {}, alwaysPermitted, ways);
  if (started.kind === 'failed') throw new Error(`fleet: ${started.why}`);
  return { backlog, stop: () => started.delivery.close() };
}

const noMemories = { remember: async () => undefined, async *recall() {} };

function configOf({ name, ingestBytesPerSecond }: SiteOptions): Config {
  const loaded = loadConfig({ flags: { site: name, lokiUrl: 'http://loki:3100' }, env: {} });
  if (loaded.kind === 'invalid') throw new Error(`fleet: ${JSON.stringify(loaded.problems)}`);
  const { config } = loaded;
  if (ingestBytesPerSecond === undefined) return config;
  return { ...config, loki: { ...config.loki, ingestBytesPerSecond } };
}
