import { age, bytes, count, roughAge } from '../shown/words.ts';
import type { AboutRow, OutboxRow, SourceRow } from '../tables.ts';
import { Icon } from './icons.tsx';
import { memo } from './memo.ts';
import { Since, SinceWall } from './time-left.tsx';

export interface MachineryProps {
  readonly about: AboutRow | undefined;
  readonly sources: ReadonlyMap<string, SourceRow>;
  readonly outbox: ReadonlyMap<string, OutboxRow>;
}

/** How leasewatch itself does: what it sees, and whether its receivers take what it sends. */
export const Machinery = memo(({ about, sources, outbox }: MachineryProps) => (
  <section class="panel machinery" aria-labelledby="machinery-title" id="machinery">
    <div class="panel-head">
      <h2 id="machinery-title">leasewatch itself</h2>
      {about !== undefined && (
        <p class="is-quiet">
          up for <Since since={about.started} say={roughAge} />
        </p>
      )}
    </div>
    <h3>Sources</h3>
    <ul class="sources">
      {[...sources.values()].map((source) => (
        <Source key={source.id} source={source} />
      ))}
    </ul>
    <h3>Outbox</h3>
    {outbox.size === 0 ? (
      <p class="is-quiet">Nobody receives traces or logs.</p>
    ) : (
      <ul class="routes">
        {[...outbox.values()].map((route) => (
          <Route key={route.id} route={route} />
        ))}
      </ul>
    )}
    {about?.pushes !== undefined && about.pushes !== null && (
      <p class="is-quiet">
        {about.pushes ? 'This replica pushes.' : 'This replica stands by; another one pushes.'}
      </p>
    )}
  </section>
));

function Source({ source }: { readonly source: SourceRow }) {
  const { id, up, forbidden, synced, why, lastEventAt } = source;
  const seen = up ? 'sees' : forbidden ? 'may not see' : synced ? 'cannot see' : 'waits';
  return (
    <li class="source">
      <span class={`state is-${up ? 'alive' : forbidden ? 'unknown' : 'lost'}`}>
        <Icon shape={up ? 'check' : forbidden ? 'cross' : synced ? 'alarm' : 'clock'} />
        <span>{id}</span>
      </span>
      <span class="is-quiet">
        <span class="heard">{seen}, </span>
        {lastEventAt === null ? 'nothing yet' : <SinceWall at={lastEventAt} say={ago} />}
      </span>
      {!up && why !== '' && <small class="why">{why}</small>}
    </li>
  );
}

function ago(seconds: number): string {
  return seconds < 2 ? 'just now' : `${age(seconds)} ago`;
}

function Route({ route }: { readonly route: OutboxRow }) {
  const { id, pending, bytes: size, oldestAt, delivered, dropped, dead } = route;
  return (
    <li class="route">
      <strong>{id}</strong>
      <span class="number">{count(delivered)} delivered</span>
      <span class={`number ${pending > 0 ? '' : 'is-quiet'}`}>
        {count(pending)} wait{pending > 0 && <>, {bytes(size)}</>}
        {oldestAt !== null && pending > 0 && (
          <>
            , the oldest for <SinceWall at={oldestAt} say={age} />
          </>
        )}
      </span>
      {dead > 0 && <span class="number is-bad">{count(dead)} refused and kept</span>}
      <span class={`number ${dropped > 0 ? 'is-bad' : 'is-quiet'}`}>{count(dropped)} lost</span>
    </li>
  );
}
