import { useMemo } from 'preact/hooks';
import { type Headline, leadersHeadline, lineHeadline, silentHeadline } from '../shown/headlines.ts';
import type { Tables } from '../tables.ts';
import { Icon, type Shape } from './icons.tsx';
import { memo } from './memo.ts';

/** The three questions, answered before anything else is looked at. */
export const Headlines = memo(({ tables }: { readonly tables: Tables }) => {
  const { leases, nodes, ports, probes } = tables;
  const leaders = useMemo(() => leadersHeadline(tables), [leases]);
  const silent = useMemo(() => silentHeadline(tables), [leases, nodes]);
  const line = useMemo(() => lineHeadline(tables), [ports, probes]);
  return (
    <section class="headlines" aria-label="At a glance">
      <Tile question="Who leads" headline={leaders} to="#leases" />
      <Tile question="Who went silent" headline={silent} to={nodes.size > 0 ? '#nodes' : '#leases'} />
      <Tile question="Who is still on the line" headline={line} to="#connections" />
    </section>
  );
});

const shapes: Record<Headline['mood'], Shape> = {
  ...{ good: 'check', bad: 'alarm', unsure: 'question', none: 'dotted' },
};

interface TileProps {
  readonly question: string;
  readonly headline: Headline;
  readonly to: string;
}

const Tile = memo(({ question, headline, to }: TileProps) => (
  <a class={`headline is-${headline.mood}`} href={to}>
    <span class="headline-question">
      <Icon shape={shapes[headline.mood]} />
      {question}
    </span>
    <span class="headline-answer">
      <b class="number">{headline.figure}</b> {headline.text}
    </span>
    <span class="headline-more">{headline.more}</span>
  </a>
));
