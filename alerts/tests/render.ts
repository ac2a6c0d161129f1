import { groups } from '../rules.ts';
import { told } from '../yaml.ts';
import { type Firing, type Story, scrapeSeconds, type Told } from './story.ts';

export interface TestFile {
  readonly path: string;
  readonly stories: readonly Story[];
  /** Seconds; promtool evaluates every group so often, whatever the group says. */
  readonly evaluatedEvery?: number;
}

/** Stories as a file for `promtool test rules`. */
export function testsYaml({ stories, evaluatedEvery = scrapeSeconds }: TestFile): string {
  return told({
    rule_files: ['../leasewatch.rules.yaml'],
    evaluation_interval: `${evaluatedEvery}s`,
    // Without it promtool takes the groups in any order, and what one reads of another comes now or 15 s later.
    group_eval_order: groups.map(({ name }) => name),
    tests: stories.map(testOf),
  });
}

/** Which alerts fire, with the labels that say which object it is about. */
const firingAlerts =
  'group by (alertname, namespace, lease, node, class) (ALERTS{alertstate="firing",alertname!="LeasewatchWatchdog"})';

function testOf({ name, series, firing, told: messages = [] }: Story) {
  return {
    name,
    interval: `${scrapeSeconds}s`,
    input_series: Object.entries(Object.assign({}, ...series)).map(([selected, values]) => ({
      series: selected,
      values,
    })),
    promql_expr_test: firing.map(([at, ...alerts]) => ({
      expr: firingAlerts,
      eval_time: at,
      exp_samples: alerts.map((alert) => ({ labels: labelsOf(alert), value: 1 })),
    })),
    ...(messages.length === 0 ? {} : { alert_rule_test: messages.map(messageOf) }),
  };
}

/** `Alert`, `Alert namespace/lease class`, or the alert and its one object: a node, a namespace or a class. */
function labelsOf(firing: Firing): string {
  const [alertname, ...rest] = firing.split(' ');
  const object = rest.map((word) => {
    const [namespace, lease] = word.split('/');
    if (lease !== undefined) return `namespace="${namespace}",lease="${lease}"`;
    return `${objectLabel(alertname ?? '')}="${word}"`;
  });
  return `{${[`alertname="${alertname}"`, ...object].join(',')}}`;
}

function objectLabel(alert: string): string {
  if (alert.startsWith('Node')) return 'node';
  return /^WebSocket|LabelsChanged$/.test(alert) ? 'namespace' : 'class';
}

function messageOf({ at, alert, labels, annotations }: Told) {
  return {
    eval_time: at,
    alertname: alert,
    exp_alerts: [{ exp_labels: labels, exp_annotations: annotations }],
  };
}
