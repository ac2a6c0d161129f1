import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  LogsSortOrder,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as Heatmap } from '@grafana/grafana-foundation-sdk/heatmap';
import { PanelBuilder as Logs } from '@grafana/grafana-foundation-sdk/logs';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as StatusHistory } from '@grafana/grafana-foundation-sdk/statushistory';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { jaeger, loki, prometheus } from './datasources.ts';
import { nobodyKnows, saysNoData } from './states.ts';
import type { Target } from './targets.ts';

/** What every panel says of itself. The id stays when a panel moves: links lead to it. */
export interface About {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly targets: readonly Target[];
}

export interface Measured extends About {
  /** In the words of Grafana: `s`, `short`, `percentunit`. */
  readonly unit: string;
}

/** From which value on which colour. */
export type Steps = readonly { readonly from: number; readonly color: string }[];

/** Below the first step nobody knows: Grafana gives that colour to what has no data, too. */
function thresholds(steps: Steps): ThresholdsConfigBuilder {
  const said = steps.map(({ from, color }) => ({ value: from, color }));
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ value: null, color: nobodyKnows }, ...said]);
}

/** One number, now. */
export function stat({ id, title, description, targets, unit }: Measured, steps: Steps): Stat {
  return new Stat()
    .id(id)
    .title(title)
    .description(description)
    .datasource(prometheus)
    .targets([...targets])
    .unit(unit)
    .mappings(saysNoData)
    .noValue('no data')
    .thresholds(thresholds(steps))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .colorMode(BigValueColorMode.Background)
    .graphMode(BigValueGraphMode.None)
    .textMode(BigValueTextMode.Auto)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']));
}

const legend = () =>
  new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom);
const tooltip = () => new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi);

/** Numbers over time. */
export function timeSeries({ id, title, description, targets, unit }: Measured): TimeSeries {
  return new TimeSeries()
    .id(id)
    .title(title)
    .description(description)
    .datasource(prometheus)
    .targets([...targets])
    .unit(unit)
    .noValue('no data')
    .fillOpacity(10)
    .axisSoftMin(0)
    .showPoints(VisibilityMode.Auto)
    .legend(legend())
    .tooltip(tooltip());
}

/** Counts over time, as bars on top of each other. */
export function bars(about: Measured): TimeSeries {
  return timeSeries(about)
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(80)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
}

/** A line across at `from`. */
export function withLine(panel: TimeSeries, from: number): TimeSeries {
  return panel
    .thresholds(thresholds([{ from, color: 'red' }]))
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
}

/** What something was, over time. */
export function stateTimeline({ id, title, description, targets }: About): StateTimeline {
  return new StateTimeline()
    .id(id)
    .title(title)
    .description(description)
    .datasource(prometheus)
    .targets([...targets])
    .noValue('no data')
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .rowHeight(0.9)
    .perPage(20)
    .legend(legend().showLegend(false));
}

/** Many states side by side, a square for every moment. */
export function statusHistory({ id, title, description, targets }: About): StatusHistory {
  return new StatusHistory()
    .id(id)
    .title(title)
    .description(description)
    .datasource(prometheus)
    .targets([...targets])
    .noValue('no data')
    .showValue(VisibilityMode.Never)
    .rowHeight(0.9)
    .perPage(50)
    .maxDataPoints(100)
    .legend(legend().showLegend(false));
}

/** How often which length came. */
export function heatmap({ id, title, description, targets, unit }: Measured): Heatmap {
  return new Heatmap()
    .id(id)
    .title(title)
    .description(description)
    .datasource(prometheus)
    .targets([...targets])
    .unit(unit)
    .noValue('no data')
    .calculate(false)
    .exemplarsColor('rgba(255,0,255,0.8)');
}

export function table({ id, title, description, targets, unit }: Measured): Table {
  return new Table()
    .id(id)
    .title(title)
    .description(description)
    .datasource(prometheus)
    .targets([...targets])
    .unit(unit)
    .noValue('no data')
    .filterable(true);
}

/** Lines of leasewatch, newest first. */
export function logs({ id, title, description, targets }: About): Logs {
  return new Logs()
    .id(id)
    .title(title)
    .description(description)
    .datasource(loki)
    .targets([...targets])
    .noValue('no data')
    .showTime(true)
    .wrapLogMessage(true)
    .enableLogDetails(true)
    .sortOrder(LogsSortOrder.Descending);
}

/** A list of traces; each opens in the explorer. */
export function traceList({ id, title, description, targets }: About): Table {
  return new Table()
    .id(id)
    .title(title)
    .description(description)
    .datasource(jaeger)
    .targets([...targets])
    .unit('short')
    .noValue('no data');
}
