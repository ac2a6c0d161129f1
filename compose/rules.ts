import { config } from '../alerts/config.ts';
import { logGroups } from '../alerts/log-rules.ts';
import { rulesYaml, told } from '../alerts/yaml.ts';
import { addresses } from './addresses.ts';

/** The shipped rules, with links into this stack. */
export function localRulesYaml(): string {
  return withLocalLinks(rulesYaml());
}

/** Rules for the ruler of Loki. */
export function lokiRulesYaml(): string {
  return withLocalLinks(told(logGroups()));
}

function withLocalLinks(text: string): string {
  return text
    .replaceAll(config.grafana, addresses.grafana)
    .replaceAll(config.traces, `${addresses.jaeger}/trace/`)
    .replaceAll(config.runbooks, `${addresses.pages}/runbooks/`);
}
