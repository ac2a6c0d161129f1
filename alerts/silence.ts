import { promql } from '../exporter/promql.ts';
import { overviewLinks } from './annotations.ts';
import type { AlertRule } from './rule.ts';
import { recorded } from './series.ts';

/** The guard of the other rules, and a signal of its own: they say nothing while it holds. */
export const silenceAlerts: readonly AlertRule[] = [
  {
    alert: 'LeasesSilentAtOnce',
    expr: promql`${recorded('cluster_class:leasewatch_mass_silence:last')} == 1`,
    for: '2m',
    keepFiringFor: '2m',
    severity: 'critical',
    summary:
      'Half of the leases of a class fell silent at once: the API server, etcd or the network is the suspect.',
    description:
      'class {{ $labels.class }}: half of its leases and the nodes fell silent at once; single alerts of this class are withheld',
    annotations: overviewLinks,
  },
];
