import { parser } from '@prometheus-io/lezer-promql';

/** A selector within a query. */
export interface Selector {
  readonly name: string;
  readonly text: string;
  /** Its matchers as they are written, such as `job=~"$job"`. */
  readonly matchers: readonly string[];
  /** The innermost function around it, such as `rate`, if any. */
  readonly within: string | undefined;
  /** Its range as it is written, such as `$__rate_interval`. */
  readonly range: string | undefined;
}

/** Durations that Grafana fills in become others of the same length, so that places stay what they are. */
function readable(query: string): string {
  return query.replaceAll(/\$__(rate_interval|interval|range)/g, (name) => `${'1'.repeat(name.length - 1)}s`);
}

export function hasSyntaxError(query: string): boolean {
  let wrong = false;
  parser.parse(readable(query)).iterate({
    enter({ type }) {
      wrong ||= type.isError;
    },
  });
  return wrong;
}

export function selectorsOf(query: string): Selector[] {
  const found: Selector[] = [];
  const text = ({ from, to }: { from: number; to: number }) => query.slice(from, to);
  parser.parse(readable(query)).iterate({
    enter(entered) {
      if (entered.name !== 'VectorSelector') return;
      const { node } = entered;
      const identifier = node.getChild('Identifier');
      const list = node.getChild('LabelMatchers');
      const matchers = list === null ? [] : list.getChildren('UnquotedLabelMatcher').map(text);
      const ranged = node.parent?.name === 'MatrixSelector' ? node.parent : undefined;
      const range = ranged === undefined ? undefined : /\[([^\]]*)\]$/.exec(text(ranged))?.[1];
      let call = node.parent;
      while (call !== null && call.name !== 'FunctionCall') call = call.parent;
      const called = call?.getChild('FunctionIdentifier');
      const within = called === null || called === undefined ? undefined : text(called);
      found.push({
        name: identifier === null ? '' : text(identifier),
        text: text(node),
        matchers,
        within,
        range,
      });
    },
  });
  return found;
}
