import {
  MappingType,
  SpecialValueMatch,
  type ValueMapping,
  type ValueMappingResult,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { promql, type Query } from '../exporter/promql.ts';

/** The colour of what nobody knows: never that of health. */
export const nobodyKnows = '#808080';

export interface State {
  readonly name: string;
  readonly color: string;
}

/** States of leases, the worst last: where replicas differ, the worse verdict is shown. */
export const leaseStates: readonly State[] = [
  { name: 'unknown', color: nobodyKnows },
  { name: 'vacant', color: 'light-blue' },
  { name: 'orphaned', color: 'purple' },
  { name: 'held', color: 'green' },
  { name: 'released', color: 'yellow' },
  { name: 'deleted', color: 'orange' },
  { name: 'expired', color: 'red' },
];

export const nodeStates: readonly State[] = [
  { name: 'unknown', color: nobodyKnows },
  { name: 'orphan', color: 'purple' },
  { name: 'terminating', color: 'blue' },
  { name: 'alive', color: 'green' },
  { name: 'late', color: 'yellow' },
  { name: 'lost', color: 'red' },
];

/** The number of a state in a panel that shows numbers as words: its place in the list, from 1. */
export function asNumbers(states: readonly State[], by: Query, of: (state: string) => Query): Query {
  const each = states.map(({ name }, index) => promql`${index + 1} * (${of(name)} == 1)`.promql);
  return promql`max by (${by}) (${{ promql: each.join(' or ') }})`;
}

/** Words and colours for these numbers. */
export function asWords(states: readonly State[]): ValueMapping[] {
  const options = states.map(({ name, color }, index): [string, ValueMappingResult] => [
    String(index + 1),
    { text: name, color, index },
  ]);
  return [{ type: MappingType.ValueToText, options: Object.fromEntries(options) }, noData];
}

/** Colours for states that are words already. */
export function coloured(states: readonly State[]): ValueMapping[] {
  const options = states.map(({ name, color }, index): [string, ValueMappingResult] => [
    name,
    { text: name, color, index },
  ]);
  return [{ type: MappingType.ValueToText, options: Object.fromEntries(options) }, noData];
}

/** Words for 0 and 1. */
export function yesOrNo(zero: ValueMappingResult, one: ValueMappingResult): ValueMapping[] {
  return [{ type: MappingType.ValueToText, options: { 0: zero, 1: one } }, noData];
}

const noData: ValueMapping = {
  type: MappingType.SpecialValue,
  options: { match: SpecialValueMatch.NullAndNan, result: { text: 'no data', color: nobodyKnows } },
};

/** For panels that show plain numbers. */
export const saysNoData: ValueMapping[] = [noData];
