import { Counts } from './counts.ts';
import type { CountsObservation } from './counts-observation.ts';
import type { PortCensus, SocketsObservation } from './observation.ts';
import type { ProbeObservation } from './probe-observation.ts';
import { Probes } from './probes.ts';
import type { SourceRow } from './sight.ts';
import type { Now } from './sink.ts';
import type { ConnectionsView, CountsView, ProbeView } from './view-connections.ts';

export type ConnectionObservation = SocketsObservation | ProbeObservation | CountsObservation;

/** Everything that is known of WebSocket connections. */
export class Connections implements ConnectionsView {
  #ports: readonly PortCensus[] = [];
  readonly #probes = new Probes();
  readonly #counts = new Counts();

  ports(): Iterable<PortCensus> {
    return this.#ports;
  }
  probes(): Iterable<ProbeView> {
    return this.#probes.values();
  }

  counts(): Iterable<CountsView> {
    return this.#counts.values();
  }

  /** Returns by what its source is known to see; `undefined` where it did not. */
  see(seen: ConnectionObservation, source: SourceRow, now: Now): string | undefined {
    if (seen.kind === 'sockets') {
      source.count('census', now.at);
      this.#ports = seen.ports;
      return 'the socket table was read';
    }
    if (seen.kind === 'counts') {
      if (!this.#counts.see(seen)) return undefined;
      source.count('counts', now.at);
      return 'the endpoint was read';
    }
    source.count(seen.step, now.at);
    this.#probes.see(seen, now);
    return 'the target was probed';
  }

  blind(source: string): void {
    this.#probes.blind(source);
  }
}
