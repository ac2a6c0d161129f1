import { Census } from './census.ts';
import { Counts } from './counts.ts';
import type { CountsObservation } from './counts-observation.ts';
import { Happenings } from './happenings.ts';
import type { SocketsObservation, UnreadPlace } from './observation.ts';
import type { ProbeObservation } from './probe-observation.ts';
import { Probes } from './probes.ts';
import type { SourceRow } from './sight.ts';
import type { Now, Sink } from './sink.ts';
import type { ConnectionsView, CountsView, PlaceView, ProbeView } from './view-connections.ts';

export type ConnectionObservation = SocketsObservation | ProbeObservation | CountsObservation;

/** Everything that is known of WebSocket connections. */
export class Connections implements ConnectionsView {
  readonly #happenings = new Happenings();
  readonly #census = new Census(this.#happenings);
  readonly #probes = new Probes();
  readonly #counts = new Counts();
  #overheard: { readonly by: Sink; readonly sink: Sink } | undefined;

  places(): Iterable<PlaceView> {
    return this.#census.places();
  }
  unread(): Iterable<UnreadPlace> {
    return this.#census.unread();
  }
  node(): string | undefined {
    return this.#census.node();
  }
  probes(): Iterable<ProbeView> {
    return this.#probes.values();
  }

  counts(): Iterable<CountsView> {
    return this.#counts.values();
  }

  /** Returns by what its source is known to see; `undefined` where it did not. */
  see(seen: ConnectionObservation, source: SourceRow, now: Now): string | undefined {
    const why = this.#look(seen, source, now);
    if (why !== undefined) source.sees(now.at);
    return why;
  }

  #look(seen: ConnectionObservation, source: SourceRow, now: Now): string | undefined {
    if (seen.kind === 'sockets') {
      source.count('census', now.at);
      this.#census.see(seen, now);
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

  /** What is concluded of leases and nodes may explain what happens to connections. */
  overhearing(sink: Sink): Sink {
    if (this.#overheard?.by === sink) return this.#overheard.sink;
    const overheard: Sink = {
      event: (event) => {
        this.#happenings.hear(event);
        sink.event(event);
      },
      ask: (ask) => sink.ask(ask),
    };
    this.#overheard = { by: sink, sink: overheard };
    return overheard;
  }

  blind(source: string): void {
    this.#probes.blind(source);
    if (source === 'sockets') this.#census.blind();
  }
}
