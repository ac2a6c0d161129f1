import { type Exclusion, exclusions } from './exclusions.ts';
import type { DashboardFile, Problem } from './model.ts';
import { panelProblems } from './panels.ts';
import { queryProblems } from './queries.ts';
import { variableProblems } from './variables.ts';

/** Everything that breaks a rule in a dashboard, excused or not. */
export function problemsOf(dashboard: DashboardFile): Problem[] {
  return [
    ...wholeProblems(dashboard),
    ...variableProblems(dashboard),
    ...panelProblems(dashboard),
    ...queryProblems(dashboard),
  ];
}

function wholeProblems(dashboard: DashboardFile): Problem[] {
  const { uid, editable, schemaVersion, tags, links, title, description } = dashboard;
  const where = uid;
  const toOthers = links.some(
    (link) =>
      link.type === 'dashboards' && link.tags.includes('leasewatch') && link.includeVars && link.keepTime,
  );
  return [
    ...(editable ? [{ rule: 'uneditable-dashboard', where, why: 'it may be edited' }] : []),
    ...(schemaVersion === 42 ? [] : [{ rule: 'schema-version', where, why: `${schemaVersion}` }]),
    ...(/^leasewatch-[a-z]+$/.test(uid) ? [] : [{ rule: 'stable-uid', where, why: uid }]),
    ...(title && description ? [] : [{ rule: 'dashboard-title-description', where, why: 'one is missing' }]),
    ...(tags.includes('leasewatch') && toOthers ? [] : [{ rule: 'links-to-others', where, why: 'none' }]),
    ...asksForInput(dashboard),
  ];
}

/** Placeholders that only the import by a person fills in; a file with them shows nothing. */
function asksForInput(dashboard: DashboardFile): Problem[] {
  const text = JSON.stringify(dashboard);
  return ['"__inputs"', '"__requires"', `\${DS_`, '"inControlsMenu"'].flatMap((word) =>
    text.includes(word) ? [{ rule: 'provisioned-as-it-is', where: dashboard.uid, why: word }] : [],
  );
}

export function excuses({ rule, why }: Problem, exclusion: Exclusion): boolean {
  return exclusion.rules.includes(rule) && exclusion.of.test(why);
}

/** What nothing excuses. */
export function unexcused(problems: readonly Problem[]): Problem[] {
  return problems.filter((problem) => !exclusions.some((exclusion) => excuses(problem, exclusion)));
}
