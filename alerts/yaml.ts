import { stringify } from 'yaml';
import { config } from './config.ts';
import { type AlertRule, type Group, isAlert, type Rule } from './rule.ts';
import { groups } from './rules.ts';

const note = ' Written by `npm run generate` from the TypeScript beside it; do not edit.';

/** Rules as Prometheus loads them from a file. */
export function rulesYaml(): string {
  return told({ groups: groups.map(groupOf) });
}

/** The same rules as a manifest for the Prometheus operator. */
export function manifestYaml(): string {
  return told({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'leasewatch', labels: { 'app.kubernetes.io/name': 'leasewatch' } },
    spec: { groups: groups.map(groupOf) },
  });
}

/** YAML with a head that says where it comes from. */
export function told(document: unknown): string {
  return `#${note}\n${stringify(document, { lineWidth: 0, blockQuote: 'literal' })}`;
}

function groupOf({ name, interval, rules }: Group) {
  return { name, interval, rules: rules.map(ruleOf) };
}

function ruleOf(rule: Rule) {
  if (!isAlert(rule)) return { record: rule.record, expr: indented(rule.expr.promql) };
  return {
    alert: rule.alert,
    expr: indented(rule.expr.promql),
    ...(rule.for === undefined ? {} : { for: rule.for }),
    ...(rule.keepFiringFor === undefined ? {} : { keep_firing_for: rule.keepFiringFor }),
    labels: { severity: rule.severity, ...rule.labels },
    annotations: annotationsOf(rule),
  };
}

function annotationsOf({ alert, summary, description, annotations }: AlertRule) {
  return { summary, description, runbook_url: `${config.runbooks}${alert}.md`, ...annotations };
}

/** A query of several lines, each as deep as the parentheses that are open where it begins. */
export function indented(promql: string): string {
  let depth = 0;
  return promql
    .split('\n')
    .map((line) => {
      const closes = /^\)*/.exec(line)?.[0].length ?? 0;
      const text = '  '.repeat(depth - closes) + line;
      depth += (line.match(/\(/g)?.length ?? 0) - (line.match(/\)/g)?.length ?? 0);
      return text;
    })
    .join('\n');
}
