import type { Filter } from '../shown/filter.ts';
import { Connections } from './connections.tsx';
import { Detail } from './detail.tsx';
import { Header } from './header.tsx';
import { Headlines } from './headlines.tsx';
import { Leases } from './leases.tsx';
import { Machinery } from './machinery.tsx';
import { mostTiles, Nodes } from './nodes.tsx';
import { Notices } from './notices.tsx';
import { Rounds } from './rounds.tsx';
import { Search } from './search.tsx';
import type { View } from './store.ts';

export interface AppProps {
  readonly view: View;
  readonly setFilter: (part: Partial<Filter>) => void;
  readonly pause: (paused: boolean) => void;
}

export function App({ view, setFilter, pause }: AppProps) {
  const { tables, history, filter, link, paused } = view;
  const nodes = tables.nodes.size > 0 && <Nodes {...{ filter, setFilter }} nodes={tables.nodes} />;
  // Thousands of fields want a wide place.
  const many = tables.nodes.size > mostTiles;
  const about = tables.about.get('about');
  const traceUrl = about?.traceUrl ?? null;
  return (
    <div class={`page is-${link}`}>
      <Header {...{ about, link, paused, pause }} />
      <main>
        {link === 'lost' && (
          <p class="stale" role="status">
            <strong>No news.</strong> leasewatch does not answer; what you see is what was known last.
          </p>
        )}
        <Notices tables={tables} traceUrl={traceUrl} />
        <Headlines tables={tables} />
        <Search leases={tables.leases} filter={filter} setFilter={setFilter} />
        <div class="columns">
          <div class="column">
            <Leases {...{ filter, setFilter }} leases={tables.leases} waiting={link === 'waiting'} />
            {many && nodes}
            <Rounds rounds={tables.rounds} filter={filter} traceUrl={traceUrl} />
          </div>
          <div class="column">
            {!many && nodes}
            <Connections
              {...{ history, filter }}
              ports={tables.ports}
              probes={tables.probes}
              counts={tables.counts}
            />
            <Machinery about={about} sources={tables.sources} outbox={tables.outbox} />
          </div>
        </div>
      </main>
      <Footer />
      {filter.lease !== '' && (
        <Detail
          key={filter.lease}
          {...{ traceUrl }}
          id={filter.lease}
          lease={tables.leases.get(filter.lease)}
          rounds={tables.rounds}
          close={() => setFilter({ lease: '' })}
        />
      )}
    </div>
  );
}

const addresses = ['leases', 'rounds', 'nodes', 'connections', 'policies'];

function Footer() {
  return (
    <footer class="bottom">
      <nav aria-label="The same for programs">
        The same for programs: <a href="/metrics">/metrics</a>
        {addresses.map((name) => (
          <a key={name} href={`/api/${name}`}>
            /api/{name}
          </a>
        ))}
        <a href="/readyz">/readyz</a>
      </nav>
    </footer>
  );
}
