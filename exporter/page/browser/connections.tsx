import { useMemo } from 'preact/hooks';
import type { History } from '../message.ts';
import { type Filter, findPorts } from '../shown/filter.ts';
import { busiestFirst } from '../shown/order.ts';
import { ceilingOf, sparkPath } from '../shown/spark.ts';
import { age, count, duration } from '../shown/words.ts';
import type { CountRow, PortRow, ProbeRow } from '../tables.ts';
import { Icon } from './icons.tsx';
import { memo } from './memo.ts';

export interface ConnectionsProps {
  readonly ports: ReadonlyMap<string, PortRow>;
  readonly probes: ReadonlyMap<string, ProbeRow>;
  readonly counts: ReadonlyMap<string, CountRow>;
  readonly history: History;
  readonly filter: Filter;
}

const mostPorts = 20;

export const Connections = memo(({ ports, probes, counts, history, filter }: ConnectionsProps) => {
  const found = useMemo(() => busiestFirst(findPorts(ports.values(), filter)), [ports, filter]);
  const shown = found.slice(0, mostPorts);
  return (
    <section class="panel connections" aria-labelledby="connections-title" id="connections">
      <div class="panel-head">
        <h2 id="connections-title">Connections</h2>
        <p class="is-quiet">{spanOf(history)}</p>
      </div>
      {found.length === 0 && <p class="nothing">No port is watched, or none has been counted yet.</p>}
      <ul class="ports">
        {shown.map((port) => (
          <Port key={port.id} port={port} points={history.series[port.id] ?? []} />
        ))}
      </ul>
      {found.length > shown.length && (
        <p class="is-quiet">{count(found.length - shown.length)} more: filter to see them.</p>
      )}
      <Others counts={counts} history={history} />
      <Probes probes={probes} />
    </section>
  );
});

function spanOf({ at }: History): string {
  const [first, last] = [at[0], at.at(-1)];
  return first === undefined || last === undefined || last - first < 10_000
    ? ''
    : `last ${age((last - first) / 1000)}`;
}

const Port = memo(
  ({ port, points }: { readonly port: PortRow; readonly points: readonly (number | null)[] }) => (
    <li class={`port${port.incident === null && port.storm === null ? '' : ' is-troubled'}`}>
      <p class="port-name">
        <strong>{port.pod ?? 'this machine'}</strong>
        <span class="is-quiet">:{port.port}</span>
        {port.namespace !== null && <small>{port.namespace}</small>}
      </p>
      <p class="port-count number">{count(port.established)}</p>
      <Spark points={points} />
      <p class="port-facts is-quiet">
        {factsOf(port).map(([text, bad]) => (
          <span key={text} class={bad ? 'is-bad' : ''}>
            {text}
          </span>
        ))}
      </p>
    </li>
  ),
);

function factsOf(port: PortRow): [text: string, bad: boolean][] {
  const { ghost, stalled, unaccepted, listening, medianAgeSeconds, idleTimeoutSeconds } = port;
  const facts: [string, boolean, boolean][] = [
    ['nobody listens', true, !listening],
    [`${count(ghost)} do not answer`, true, ghost > 0],
    [`${count(stalled)} do not read`, true, stalled > 0],
    [`${count(unaccepted)} wait to be accepted`, true, unaccepted > 0],
    [
      `half are older than ${age(medianAgeSeconds ?? 0)}`,
      false,
      medianAgeSeconds !== null && port.established > 0,
    ],
    [`cut when idle for ${duration(idleTimeoutSeconds ?? 0)}`, true, idleTimeoutSeconds !== null],
  ];
  return facts.filter(([, , holds]) => holds).map(([text, bad]) => [text, bad]);
}

const chart = { width: 160, height: 32 };

export const Spark = memo(({ points }: { readonly points: readonly (number | null)[] }) => {
  const most = ceilingOf(points);
  const line = sparkPath(points, { ...chart, most });
  const known = points.filter((point) => point !== null);
  const words =
    known.length === 0
      ? 'no history yet'
      : `between ${Math.min(...known)} and ${Math.max(...known)} connections`;
  return (
    <svg
      class="spark"
      viewBox={`0 -2 ${chart.width} ${chart.height + 4}`}
      preserveAspectRatio="none"
      role="img"
    >
      <title>{words}</title>
      <path class="spark-ground" d={`M0 ${chart.height}H${chart.width}`} />
      <path class="spark-line" d={line} />
    </svg>
  );
});

const sides = { proxy: 'counted by the proxy', app: 'counted by the application' };

function Others({ counts, history }: Pick<ConnectionsProps, 'counts' | 'history'>) {
  if (counts.size === 0) return null;
  return (
    <ul class="ports">
      {[...counts.values()].map(({ id, target, side, connections }) => (
        <li key={id} class="port">
          <p class="port-name">
            <strong>{target}</strong>
            <small>{sides[side]}</small>
          </p>
          <p class="port-count number">{connections === null ? '?' : count(connections)}</p>
          <Spark points={history.series[id] ?? []} />
        </li>
      ))}
    </ul>
  );
}

function Probes({ probes }: Pick<ConnectionsProps, 'probes'>) {
  if (probes.size === 0) return null;
  return (
    <>
      <h3>Does a new client get in?</h3>
      <ul class="probes">
        {[...probes.values()].map((probe) => (
          <Probe key={probe.id} probe={probe} />
        ))}
      </ul>
    </>
  );
}

function Probe({ probe }: { readonly probe: ProbeRow }) {
  const { id, up, failure, why, seconds, phases, backends } = probe;
  const mood = up === null ? 'unknown' : up ? 'alive' : 'lost';
  return (
    <li class="probe">
      <span class={`state is-${mood}`}>
        <Icon shape={up === null ? 'question' : up ? 'check' : 'alarm'} />
        {up === null ? 'nobody knows' : up ? 'yes' : `no: ${failure ?? 'failed'}`}
      </span>
      <strong>{id}</strong>
      {up === true && seconds !== null && (
        <span class="number is-quiet" title={phaseWords(phases)}>
          {(seconds * 1000).toFixed(1)} ms to the first pong
        </span>
      )}
      {backends !== null && backends > 1 && <span class="is-quiet">{count(backends)} backends answer</span>}
      {up === false && why !== null && <small class="why">{why}</small>}
    </li>
  );
}

function phaseWords(phases: ProbeRow['phases']): string {
  return Object.entries(phases)
    .map(([phase, seconds]) => `${phase} ${(seconds * 1000).toFixed(1)} ms`)
    .join(', ');
}
