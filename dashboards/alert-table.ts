import { isAlert } from '../alerts/rule.ts';
import { groups } from '../alerts/rules.ts';
import { firing } from './foreign.ts';
import { table } from './panels.ts';
import { rows } from './targets.ts';

const ours = groups
  .flatMap(({ rules }) => rules.filter(isAlert))
  .filter(({ severity }) => severity !== 'none')
  .map(({ alert }) => alert);

/** Alerts of leasewatch that fire, of those with such names. */
export function alertTable(id: number, title: string, description: string, names: RegExp) {
  const chosen = [...new Set(ours)].filter((alert) => names.test(alert));
  return table({ id, title, description, unit: 'short', targets: [rows(firing(chosen))] })
    .noValue('none')
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true, Value: true, __name__: true, alertstate: true },
        renameByName: {},
      },
    });
}
