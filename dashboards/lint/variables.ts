import { type DashboardFile, type Problem, targetsOf, type VariableFile } from './model.ts';
import { hasSyntaxError } from './promql.ts';

const names: Readonly<Record<string, string>> = { prometheus: 'Prometheus', loki: 'Loki', jaeger: 'Jaeger' };

/** Rules about the variables of a dashboard. */
export function variableProblems(dashboard: DashboardFile): Problem[] {
  const { list } = dashboard.templating;
  return [
    ...datasourceProblems(dashboard),
    ...targetProblems(list, 'job'),
    ...targetProblems(list, 'instance'),
    ...list.filter(({ type }) => type === 'query').flatMap(queryProblems),
  ];
}

function datasourceProblems(dashboard: DashboardFile): Problem[] {
  const rule = 'template-datasource';
  const chosen = dashboard.templating.list.filter(({ type }) => type === 'datasource');
  const used = JSON.stringify([dashboard.panels, dashboard.annotations]);
  const problems: Problem[] = chosen.flatMap(({ name, label, query }) => [
    ...(name === `${query}_datasource` ? [] : [{ rule, where: name, why: `is not ${query}_datasource` }]),
    ...(label === `${names[query]} data source`
      ? []
      : [{ rule, where: name, why: `has the label ${label}` }]),
    ...(used.includes(`\${${name}}`) ? [] : [{ rule, where: name, why: 'no panel uses it' }]),
  ]);
  const first = dashboard.templating.list[0];
  if (first?.name === 'prometheus_datasource') return problems;
  return [...problems, { rule, where: 'variables', why: 'the first is not the Prometheus data source' }];
}

function targetProblems(list: readonly VariableFile[], name: 'job' | 'instance'): Problem[] {
  const problem = (why: string): Problem => ({ rule: `template-${name}`, where: name, why });
  const found = list.find((variable) => variable.name === name);
  if (found === undefined) return [problem('there is none')];
  const { type, label, multi, allValue } = found;
  return [
    ...(type === 'query' ? [] : [problem('is no query')]),
    ...(label?.toLowerCase() === name ? [] : [problem(`has the label ${label}`)]),
    ...(multi === true ? [] : [problem('takes one value only')]),
    ...(allValue === '.+' ? [] : [problem(`all of them are ${allValue}`)]),
  ];
}

function queryProblems({ name, query, refresh, multi, includeAll, allValue }: VariableFile): Problem[] {
  const selector = /^label_values\((.+), (\w+)\)$/.exec(query);
  const several = multi === true && includeAll === true && allValue !== undefined;
  return [
    ...(selector !== null && !hasSyntaxError(selector[1] ?? '(')
      ? []
      : [{ rule: 'template-label-promql', where: name, why: query }]),
    ...(selector?.[2] === name ? [] : [{ rule: 'variable-names-label', where: name, why: query }]),
    ...(refresh === 2 ? [] : [{ rule: 'template-on-time-change-reload', where: name, why: `${refresh}` }]),
    ...(several
      ? []
      : [{ rule: 'variable-takes-all', where: name, why: 'not several, or no value for all' }]),
  ];
}

/** The query of every variable is one, too. */
export function usedVariables(dashboard: DashboardFile): ReadonlySet<string> {
  const queries = targetsOf(dashboard).map(({ target }) => target.expr ?? '');
  const found = queries.flatMap((query) => [...query.matchAll(/\$(\w+)/g)].map(([, name]) => name ?? ''));
  return new Set(found.filter((name) => !name.startsWith('__')));
}
