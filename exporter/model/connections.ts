import type { PortCensus, SocketsObservation } from './observation.ts';
import type { ProbeObservation } from './probe-observation.ts';
import { Probes } from './probes.ts';
import type { SourceRow } from './sight.ts';
import type { Now } from './sink.ts';
import type { ConnectionsView, ProbeView } from './view-connections.ts';

export type ConnectionObservation = SocketsObservation | ProbeObservation;

/** Everything that is known of WebSocket connections. */
export class Connections implements ConnectionsView {
  #ports: readonly PortCensus[] = [];
  readonly #probes = new Probes();

  ports(): Iterable<PortCensus> {
    return this.#ports;
  }
  probes(): Iterable<ProbeView> {
    return this.#probes.values();
  }

  /** Returns by what its source is known to see. */
  see(seen: ConnectionObservation, source: SourceRow, now: Now): string {
    if (seen.kind === 'sockets') {
      source.count('census', now.at);
      this.#ports = seen.ports;
      return 'the socket table was read';
    }
    source.count(seen.step, now.at);
    this.#probes.see(seen, now);
    return 'the target was probed';
  }

  blind(source: string): void {
    this.#probes.blind(source);
  }
}
