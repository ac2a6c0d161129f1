import { leaderClasses } from '../alerts/guards.ts';
import { leaseKey } from '../alerts/series.ts';
import { duration, labelsOf, promql, type Query } from '../exporter/promql.ts';
import { toDashboard, toTrace, uids } from './links.ts';
import { stateTimeline, table } from './panels.ts';
import { asNumbers, asWords, coloured, leaseStates } from './states.ts';
import { over, rows, rowsOver } from './targets.ts';
import type { chosenSeries } from './variables.ts';

type Chosen = ReturnType<typeof chosenSeries>;

const infoKey = labelsOf('lease_info', 'cluster', 'namespace', 'lease', 'holder', 'holder_node');
const stateKey = labelsOf('lease_state', 'cluster', 'namespace', 'lease', 'state');
const roundKey = labelsOf('lease_open_round_info', 'cluster', 'namespace', 'lease', 'cause', 'trace_id');

/** Leases in whose classes somebody leads; a leftover is nobody's any more. */
function ledBy({ series }: Chosen): Query {
  return promql`${series('lease_state', { class: leaderClasses, state: { unlike: 'orphaned|vacant' } })} == 1`;
}

function onlyLed(chosen: Chosen, expr: Query): Query {
  return promql`${expr} and on (${leaseKey}) (${ledBy(chosen)})`;
}

/** Seconds since the last renewal that was seen. */
export function silence({ series }: Chosen): Query {
  return promql`(time() - max by (${leaseKey}) (${series('lease_observed_renewal_timestamp_seconds')}))`;
}

/** The same as a share of the duration: from 1 on nobody is entitled to lead. */
export function shareOfDuration(chosen: Chosen): Query {
  const length = chosen.series('lease_duration_seconds');
  return promql`${silence(chosen)} / (max by (${leaseKey}) (${length}) > 0)`;
}

/** Who holds a lease; of a lease without a holder who was seen last, for ten minutes. */
function lastHolder({ series }: Chosen): Query {
  const somebody = series('lease_info', { class: leaderClasses, holder: { not: '' } });
  const seen = promql`max by (${infoKey}) (max_over_time(timestamp(${somebody})[${duration('10m')}:${duration('15s')}]))`;
  return promql`max by (${infoKey}) (${somebody}) or on (${leaseKey}) topk by (${leaseKey}) (1, ${seen})`;
}

const columns = {
  namespace: 'Namespace',
  lease: 'Lease',
  state: 'State',
  holder: 'Holder, or the last one',
  holder_node: 'Node',
  'Value #C': 'Silent for',
  'Value #D': 'Of its duration',
  cause: 'Cause of the round',
  trace_id: 'Trace',
} as const;

/** Who leads, or led; since when it is silent; and the trace of the round that runs. */
export function whoLeads(id: number, chosen: Chosen) {
  const { series } = chosen;
  const state = promql`max by (${stateKey}) (${ledBy(chosen)})`;
  const round = promql`max by (${roundKey}) (${series('lease_open_round_info')})`;
  const panel = table({
    id,
    title: 'Who leads',
    description:
      'Every lease that somebody can lead by, the most silent first. From 100 % of its duration on nobody is entitled to lead. While a round runs, its trace is one click away.',
    unit: 'short',
    targets: [
      rows(state, 'A'),
      rows(lastHolder(chosen), 'B'),
      rows(onlyLed(chosen, silence(chosen)), 'C'),
      rows(onlyLed(chosen, shareOfDuration(chosen)), 'D'),
      rows(onlyLed(chosen, round), 'E'),
    ],
  });
  const names = Object.keys(columns);
  return panel
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true, 'Value #A': true, 'Value #B': true, 'Value #E': true },
        indexByName: Object.fromEntries(names.map((name, index) => [name, index])),
        renameByName: columns,
      },
    })
    .withTransformation({ id: 'sortBy', options: { sort: [{ field: columns['Value #D'], desc: true }] } })
    .overrideByName(columns.state, [
      { id: 'mappings', value: coloured(leaseStates) },
      { id: 'custom.cellOptions', value: { type: 'color-background' } },
    ])
    .overrideByName(columns['Value #C'], [
      { id: 'unit', value: 's' },
      { id: 'decimals', value: 0 },
    ])
    .overrideByName(columns['Value #D'], [
      { id: 'unit', value: 'percentunit' },
      { id: 'decimals', value: 0 },
    ])
    .overrideByName(columns.lease, [
      {
        id: 'links',
        value: [
          toDashboard('This lease', uids.leases, {
            namespace: columns.namespace,
            lease: columns.lease,
          }),
        ],
      },
    ])
    .overrideByName(columns.holder_node, [
      { id: 'links', value: [toDashboard('This node', uids.nodes, { node: columns.holder_node })] },
    ])
    .overrideByName(columns.trace_id, [{ id: 'links', value: [toTrace(columns.trace_id)] }]);
}

/** The verdicts over time. */
export function verdicts(id: number, { series }: Chosen) {
  return stateTimeline({
    id,
    title: 'Verdicts on leases',
    description:
      'held: somebody leads. expired: nobody renewed for the duration of the lease, proven by a read. released: given up. unknown: leasewatch could not see; that is neither good nor bad.',
    targets: [
      over(
        asNumbers(leaseStates, leaseKey, (state) => series('lease_state', { state })),
        '{{namespace}}/{{lease}}',
      ),
    ],
  }).mappings(asWords(leaseStates));
}

/** The holders over time: a row for every lease, a colour for every holder. */
export function holders(id: number, { series }: Chosen) {
  const held = promql`${series('lease_state', { class: leaderClasses, state: 'held' })} == 1`;
  const info = promql`max by (${infoKey}) (${series('lease_info', { class: leaderClasses, holder: { not: '' } })})`;
  const named = promql`label_join(${info} and on (${leaseKey}) (${held}), "name", "/", "namespace", "lease")`;
  return stateTimeline({
    id,
    title: 'Who led when',
    description:
      'A bar is the time of one holder, by its name without the suffix that client-go appends. A gap: nobody held the lease, or nobody could see.',
    targets: [rowsOver(named)],
  })
    .withTransformation({
      id: 'groupingToMatrix',
      options: { columnField: 'name', rowField: 'Time', valueField: 'holder', emptyValue: 'null' },
    })
    .withTransformation({
      id: 'convertFieldType',
      options: { fields: {}, conversions: [{ targetField: 'Time\\name', destinationType: 'time' }] },
    });
}
