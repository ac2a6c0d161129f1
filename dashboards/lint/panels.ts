import type { DashboardFile, PanelFile, Problem } from './model.ts';

const withUnit = ['stat', 'table', 'timeseries', 'gauge', 'heatmap', 'barchart'];
const visual = [...withUnit, 'state-timeline', 'status-history', 'logs'];

/** Rules about what a panel says of itself, and how it says that it knows nothing. */
export function panelProblems(dashboard: DashboardFile): Problem[] {
  return [
    ...dashboard.panels.flatMap((panel) => [
      ...saying(panel),
      ...sourceProblems(panel, dashboard),
      ...honest(panel),
    ]),
    ...placeProblems(dashboard),
  ];
}

function saying(panel: PanelFile): Problem[] {
  const { title, description, type, targets } = panel;
  const where = title ?? '?';
  const { unit, mappings } = panel.fieldConfig.defaults;
  const told = mappings.some((mapping) => mapping.type === 'value');
  const needsUnit = withUnit.includes(type) && !told;
  return [
    ...(visual.includes(type) ? [] : [{ rule: 'panel-known-type', where, why: type }]),
    ...(title && description ? [] : [{ rule: 'panel-title-description', where, why: 'one is missing' }]),
    ...(!needsUnit || unit ? [] : [{ rule: 'panel-units', where, why: 'no unit and no words for values' }]),
    ...(targets.length > 0 ? [] : [{ rule: 'panel-no-targets', where, why: 'asks for nothing' }]),
  ];
}

function sourceProblems(panel: PanelFile, { templating }: DashboardFile): Problem[] {
  const rule = 'panel-datasource';
  const where = panel.title ?? '?';
  const all = [panel.datasource, ...panel.targets.map(({ datasource }) => datasource)];
  return all.flatMap((source) => {
    const variable = templating.list.find(({ name }) => source?.uid === `\${${name}}`);
    const fits = variable?.type === 'datasource' && variable.query === source?.type;
    return fits ? [] : [{ rule, where, why: `${source?.type} ${source?.uid} is not chosen by a variable` }];
  });
}

/** What has no data gets the colour of the lowest step, and of the mapping of null: neither may look healthy. */
function honest(panel: PanelFile): Problem[] {
  const where = panel.title ?? '?';
  const { thresholds, mappings, noValue } = panel.fieldConfig.defaults;
  const lowest = thresholds?.steps[0];
  const nothing = mappings
    .filter(({ type }) => type === 'special')
    .map(({ options }) => options.result?.color);
  const green = [lowest?.color, ...nothing].some((color) => color?.includes('green'));
  return [
    ...(noValue ? [] : [{ rule: 'no-data-says-so', where, why: 'no text for no data' }]),
    ...(lowest === undefined || lowest.value === null
      ? []
      : [{ rule: 'no-data-not-green', where, why: 'the lowest step has a value' }]),
    ...(green ? [{ rule: 'no-data-not-green', where, why: 'no data is green' }] : []),
  ];
}

function placeProblems({ panels }: DashboardFile): Problem[] {
  const rule = 'panel-place';
  const ids = panels.map(({ id }) => id);
  const taken = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { id, title, gridPos } of panels) {
    const where = title ?? '?';
    if (id === undefined || id < 1 || ids.filter((other) => other === id).length > 1)
      problems.push({ rule: 'panel-id', where, why: `${id} is none of its own` });
    const { x, y, w, h } = gridPos;
    if (x + w > 24) problems.push({ rule, where, why: 'too wide' });
    for (let cell = 0; cell < w * h; cell++) {
      const key = `${x + (cell % w)},${y + Math.floor(cell / w)}`;
      const other = taken.get(key);
      if (other !== undefined && other !== where) problems.push({ rule, where, why: `lies over ${other}` });
      taken.set(key, where);
    }
  }
  return problems;
}
