import { useMemo } from 'preact/hooks';
import { type Filter, findNodes } from '../shown/filter.ts';
import { nodesInOrderOfNeed } from '../shown/order.ts';
import { count, roughAge } from '../shown/words.ts';
import type { NodeRow } from '../tables.ts';
import { nodeShapes, State } from './icons.tsx';
import { memo } from './memo.ts';
import { Bar, Since } from './time-left.tsx';

export interface NodesProps {
  readonly nodes: ReadonlyMap<string, NodeRow>;
  readonly filter: Filter;
  readonly setFilter: (part: Partial<Filter>) => void;
}

/** How long a node's lease lasts after a heartbeat, in milliseconds. */
const heartbeatMs = 40_000;
/** More are drawn as small fields without a name, */
export const mostTiles = 24;
/** but for the first of those in trouble. */
const mostTroubled = 8;
/** From so many on the fields are smaller. */
const crowd = 600;
/** Fields are drawn in parts: a change draws one of them again. */
const perBlock = 100;

export const Nodes = memo(({ nodes, filter, setFilter }: NodesProps) => {
  const found = useMemo(() => nodesInOrderOfNeed(findNodes(nodes.values(), filter)), [nodes, filter]);
  const troubled = found.filter(({ state, disagreement }) => state !== 'alive' || disagreement !== null);
  const tiles = found.length <= mostTiles ? found : troubled.slice(0, mostTroubled);
  return (
    <section class="panel nodes" aria-labelledby="nodes-title" id="nodes">
      <div class="panel-head">
        <h2 id="nodes-title">Nodes</h2>
        <p class="is-quiet number">{summary(found)}</p>
      </div>
      {nodes.size > 0 && found.length === 0 && <p class="nothing">No node is like that.</p>}
      {tiles.length > 0 && (
        <ul class="tiles">
          {tiles.map((node) => (
            <NodeTile key={node.id} node={node} />
          ))}
        </ul>
      )}
      {found.length > mostTiles && <Fields nodes={found} choose={(text) => setFilter({ text })} />}
    </section>
  );
});

function summary(nodes: readonly NodeRow[]): string {
  const counts = new Map<string, number>();
  for (const { state } of nodes) counts.set(state, (counts.get(state) ?? 0) + 1);
  return Array.from(counts, ([state, number]) => `${count(number)} ${state}`).join(', ');
}

const NodeTile = memo(({ node }: { readonly node: NodeRow }) => (
  <li class={`tile is-${node.state}`}>
    <p class="tile-name">{node.id}</p>
    <State state={node.state} shape={nodeShapes[node.state]} />
    {node.observed !== null && (node.state === 'alive' || node.state === 'late') ? (
      <Bar from={node.observed} forMs={heartbeatMs} />
    ) : (
      <span class={`bar${node.state === 'lost' ? ' is-over' : ''}`} />
    )}
    <p class="tile-heard is-quiet">
      {node.observed === null ? (
        'never heard'
      ) : (
        <>
          heard <Since since={node.observed} say={(seconds) => `${roughAge(seconds)} ago`} />
        </>
      )}
    </p>
    {node.disagreement !== null && (
      <p class="tile-odd">{disagreements[node.disagreement] ?? node.disagreement}</p>
    )}
  </li>
));

const disagreements: Readonly<Record<string, string>> = {
  fresh_lease_not_ready: 'renews, and is not Ready',
  stale_lease_ready: 'silent, and said to be Ready',
};

interface FieldsProps {
  readonly nodes: readonly NodeRow[];
  readonly choose: (name: string) => void;
}

/** A field for every node. Whoever does not see them has the sum above, and every node in trouble by its name. */
function Fields({ nodes, choose }: FieldsProps) {
  const blocks = [];
  for (let from = 0; from < nodes.length; from += perBlock) {
    const part = nodes.slice(from, from + perBlock);
    const told = part.map(
      ({ id, state, disagreement }) => `${state}${disagreement === null ? '' : '!'} ${id}`,
    );
    blocks.push(<Block key={from} told={told.join('\n')} />);
  }
  return (
    // A field leads to the filter, which the search field above does as well.
    <div
      class={`fields${nodes.length > crowd ? ' is-crowd' : ''}`}
      aria-hidden="true"
      onClick={({ target }) => {
        if (target instanceof HTMLElement && target.title !== '') choose(target.title.split(':')[0] ?? '');
      }}
    >
      {blocks}
    </div>
  );
}

/** Some of the fields, as lines of a state and a name: one text is compared quickly. */
const Block = memo(({ told }: { readonly told: string }) => (
  <div class="block">
    {told.split('\n').map((line) => {
      const [mark = '', name = ''] = line.split(' ');
      const state = mark.replace('!', '');
      return (
        <i
          key={name}
          class={`field is-${state}${mark === state ? '' : ' is-odd'}`}
          title={`${name}: ${state}`}
        />
      );
    })}
  </div>
));
