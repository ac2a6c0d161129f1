import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { firstScreen } from './layout.ts';
import { type DashboardFile, dashboardFile, type PanelFile } from './lint/model.ts';

const folder = join(import.meta.dirname, 'json');
const built = new Map(
  globSync('*.json', { cwd: folder }).map((name) => {
    const dashboard = dashboardFile.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')));
    return [dashboard.uid, dashboard] as const;
  }),
);

const rowLinks = z.array(z.object({ title: z.string(), url: z.string() }));

interface RowLink {
  readonly where: string;
  readonly url: string;
  readonly panel: PanelFile;
  readonly dashboard: DashboardFile;
}

const links: readonly RowLink[] = [...built.values()].flatMap((dashboard) =>
  dashboard.panels.flatMap((panel) =>
    panel.fieldConfig.overrides
      .flatMap(({ properties }) => properties)
      .filter(({ id }) => id === 'links')
      .flatMap(({ value }) => rowLinks.parse(value))
      .map(({ title, url }) => ({
        where: `${dashboard.uid}: ${panel.title}: ${title}`,
        url,
        panel,
        dashboard,
      })),
  ),
);

const columnsIn = (panel: PanelFile): readonly string[] => {
  const organize = panel.transformations.find(({ id }) => id === 'organize');
  const { renameByName } = z
    .object({ renameByName: z.record(z.string(), z.string()) })
    .parse(organize?.options);
  return Object.values(renameByName);
};

const variablesOf = (dashboard: DashboardFile | undefined) =>
  dashboard?.templating.list.map(({ name }) => name) ?? [];

/** What Grafana knows everywhere. */
const builtIn = ['__url_time_range', '__from', '__to'];

test('links in tables are filled from columns and variables that are there', () => {
  assert.ok(links.length >= 5);
  for (const { where, url, panel, dashboard } of links) {
    const filled = [...url.matchAll(/\$\{([^}:]+)(?::queryparam)?\}/g)].map(([, name]) => name ?? '');
    assert.ok(filled.length > 0, where);
    for (const name of filled) {
      const column = /^__data\.fields\.(\w+)$/.exec(name)?.[1];
      const known = column === undefined ? [...builtIn, ...variablesOf(dashboard)] : columnsIn(panel);
      assert.ok(known.includes(column ?? name), `${where}: nothing fills in ${name}`);
    }
  }
});

test('links in tables lead to dashboards that are there, and set variables that they have', () => {
  const led = links.filter(({ url }) => url.startsWith('/d/'));
  assert.ok(led.length >= 3);
  for (const { where, url } of led) {
    const [, uid = '', search = ''] = /^\/d\/([\w-]+)\?(.*)$/.exec(url) ?? [];
    assert.ok(built.has(uid), `${where} leads to ${uid}`);
    const set = [...search.matchAll(/var-(\w+)=/g)].map(([, name]) => name ?? '');
    const carried = [...search.matchAll(/\$\{(\w+):queryparam\}/g)].map(([, name]) => name ?? '');
    for (const name of [...set, ...carried]) {
      assert.ok(variablesOf(built.get(uid)).includes(name), `${where}: ${uid} has no ${name}`);
    }
    assert.ok(search.includes('${'.concat('__url_time_range}')), `${where} forgets the time`);
  }
});

const panes = z.object({
  trace: z.object({
    datasource: z.string(),
    queries: z.array(
      z.object({
        refId: z.string(),
        query: z.string(),
        datasource: z.object({ type: z.string(), uid: z.string() }),
      }),
    ),
    range: z.object({ from: z.string(), to: z.string() }),
  }),
});

test('links to traces open the explorer with the trace of the row', () => {
  const explored = links.filter(({ url }) => url.startsWith('/explore?'));
  assert.ok(explored.length > 0);
  const filledIn: Readonly<Record<string, string>> = {
    jaeger_datasource: 'j',
    '__data.fields.Trace': '0af7651916cd43dd8448eb211c80319c',
    __from: '1700000000000',
    __to: '1700003600000',
  };
  for (const { where, url } of explored) {
    const opened = new URL(
      url.replaceAll(
        /\$\{([^}]+)\}/g,
        (_, name: string) => filledIn[name] ?? assert.fail(`${where}: ${name}`),
      ),
      'http://grafana',
    );
    assert.equal(opened.searchParams.get('schemaVersion'), '1');
    const { trace } = panes.parse(JSON.parse(opened.searchParams.get('panes') ?? ''));
    // No queryType: the Jaeger datasource takes only that for a trace id.
    assert.deepEqual(trace, {
      datasource: 'j',
      queries: [
        { refId: 'A', datasource: { type: 'jaeger', uid: 'j' }, query: filledIn['__data.fields.Trace'] },
      ],
      range: { from: filledIn.__from, to: filledIn.__to },
    });
  }
});

const rules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({ alert: z.string().optional(), annotations: z.record(z.string(), z.string()).default({}) }),
      ),
    }),
  ),
});
const alerts = rules
  .parse(parse(readFileSync(join(import.meta.dirname, '../alerts/leasewatch.rules.yaml'), 'utf8')))
  .groups.flatMap((group) => group.rules)
  .filter(({ alert }) => alert !== undefined);

test('every alert links to a dashboard that is there, and sets variables that it has', () => {
  const linked = alerts.filter(({ annotations }) => annotations.dashboard_url !== undefined);
  assert.ok(linked.length > 20);
  for (const { alert, annotations } of linked) {
    const [, uid = '', search = ''] = /\/d\/([\w-]+)\?(.*)$/s.exec(annotations.dashboard_url ?? '') ?? [];
    assert.ok(built.has(uid), `${alert} links to ${uid}`);
    for (const [, name = ''] of search.matchAll(/&var-(\w+)=/g)) {
      assert.ok(variablesOf(built.get(uid)).includes(name), `${alert}: ${uid} has no variable ${name}`);
    }
  }
});

test('every alert has a runbook that is there', () => {
  for (const { alert, annotations } of alerts) {
    const page = annotations.runbook_url?.split('/').at(-1);
    assert.equal(page, `${alert}.md`);
    assert.ok(existsSync(join(import.meta.dirname, '../alerts/runbooks', page)), page);
  }
});

test('the first screen of the overview answers what a page asks, without scrolling', () => {
  const first = built
    .get('leasewatch-overview')
    ?.panels.filter(({ gridPos }) => gridPos.y + gridPos.h <= firstScreen)
    .map(({ title }) => title);
  for (const title of [
    'Who leads',
    'Who led when',
    'Others are silent too',
    'Nodes that are silent',
    'WebSocket connections',
    'Connections, of the peak of 30 min',
    'leasewatch sees',
  ]) {
    assert.ok(first?.includes(title), `${title} is not on the first screen`);
  }
});
