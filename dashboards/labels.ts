import { unchangedNamespace } from '../exporter/catalogue.ts';
import { labelsOf, promql } from '../exporter/promql.ts';
import { statusHistory } from './panels.ts';
import { yesOrNo } from './states.ts';
import { over } from './targets.ts';
import type { chosenSeries } from './variables.ts';

const processKey = labelsOf('label_check_info', 'cluster', 'job', 'instance');

/** Whether the series still have the labels that leasewatch gave them. Its id is 28. */
export function labelPanel({ series }: ReturnType<typeof chosenSeries>) {
  const changed = series('label_check_info', { namespace: { not: unchangedNamespace } });
  return statusHistory({
    id: 28,
    title: 'Labels as they were told',
    description:
      'Changed means that the namespaces of leases are lost on the way: the scrape has to honour labels.',
    targets: [
      over(
        promql`max by (${processKey}) (${changed}) or 0 * max by (${processKey}) (${series('label_check_info')})`,
        '{{instance}}',
      ),
    ],
  }).mappings(yesOrNo({ text: 'as told', color: 'green' }, { text: 'changed', color: 'red' }));
}
