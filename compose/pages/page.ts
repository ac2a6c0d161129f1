/** What Alertmanager sends to a webhook, as far as it is shown. */
export interface Notice {
  /** When it came, as ISO time. */
  readonly at: string;
  readonly receiver: string;
  readonly alerts: readonly Alert[];
}

export interface Alert {
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Reads what came, or says nothing where it is no notice. */
export function readNotice(body: string, receiver: string, at: string): Notice | undefined {
  let told: unknown;
  try {
    told = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!isRecord(told) || !Array.isArray(told.alerts)) return undefined;
  const alerts: readonly unknown[] = told.alerts;
  return { at, receiver, alerts: alerts.flatMap((alert) => (isRecord(alert) ? [readAlert(alert)] : [])) };
}

function readAlert(alert: Readonly<Record<string, unknown>>): Alert {
  return { status: String(alert.status), labels: texts(alert.labels), annotations: texts(alert.annotations) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function texts(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}

/** What came, newest first, as a page that looks again every five seconds. */
export function pageOf(notices: readonly Notice[]): string {
  const told = notices.flatMap((notice) => notice.alerts.map((alert) => rowOf(notice, alert))).join('\n');
  const rows = told === '' ? '<p>Nothing came yet.</p>' : told;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>Pages</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
article { border-left: .3rem solid #808080; padding: .1rem 1rem; margin: 1rem 0 }
.firing.critical { border-color: #c4162a } .firing.warning { border-color: #e0a000 } .resolved { opacity: .6 }
small { opacity: .7 }
</style></head>
<body><h1>What would have been sent</h1>
${rows}
</body></html>
`;
}

const links = { dashboard_url: 'Dashboard', trace_url: 'Trace', runbook_url: 'Runbook' } as const;

function rowOf({ at, receiver }: Notice, { status, labels, annotations }: Alert): string {
  const { alertname = '', severity = '' } = labels;
  const ways = Object.entries(links).flatMap(([name, title]) => {
    const url = annotations[name] ?? '';
    return /^https?:\/\//.test(url) ? [`<a href="${escaped(url)}">${title}</a>`] : [];
  });
  const classes = [status, severity].filter((word) => /^[a-z]+$/.test(word)).join(' ');
  return `<article class="${classes}"><small>${escaped(at)} · ${escaped(receiver)} · ${escaped(status)} · ${escaped(severity)}</small>
<h2>${escaped(alertname)}</h2><p>${escaped(annotations.description ?? '')}</p><p>${ways.join(' · ')}</p></article>`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
