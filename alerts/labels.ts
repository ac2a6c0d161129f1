import { unchangedNamespace } from '../exporter/catalogue.ts';
import { labelsOf, promql, series } from '../exporter/promql.ts';
import { selfLinks } from './annotations.ts';
import type { AlertRule } from './rule.ts';

const key = labelsOf('label_check_info', 'cluster', 'job', 'namespace');

/**
 * Without honorLabels, and where an operator enforces a label, `namespace` is that of the exporter: leases of one
 * name in two namespaces become one series, and what a rule says of a namespace is wrong.
 */
const changed: AlertRule = {
  alert: 'LeasewatchLabelsChanged',
  expr: promql`max by (${key}) (${series('label_check_info', { namespace: { not: unchangedNamespace } })}) == 1`,
  for: '5m',
  keepFiringFor: '2m',
  severity: 'warning',
  summary:
    'Whoever scrapes leasewatch changes the label namespace: leases of different namespaces are mixed up.',
  description:
    'job {{ $labels.job }}: everything it tells is filed under the namespace {{ $labels.namespace }}',
  annotations: selfLinks,
};

export const labelAlerts: readonly AlertRule[] = [changed];
