import type { TestContext } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { z } from 'zod';
import { needTool } from '../tool.ts';

/** Nothing but the page under test: no sandbox (tests run as root), no network of the browser's own. */
const flags: readonly string[] = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  // A page that a test hands out itself counts as one from elsewhere, which must not ask this machine.
  '--disable-features=LocalNetworkAccessChecks',
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

let running: Promise<Browser> | undefined;

/** A Chromium with a new empty profile, one for all tests of a file; undefined after saying that there is none here. */
export async function startBrowser(t: TestContext): Promise<Browser | undefined> {
  const executablePath = needTool(t, 'chromium');
  if (executablePath === undefined) return undefined;
  running ??= chromium.launch({ executablePath, args: [...flags] });
  return running;
}

export async function stopBrowser(): Promise<void> {
  await (await running)?.close();
  running = undefined;
}

export interface Tab {
  readonly page: Page;
  /** What the browser complained about: errors on the console, of scripts and of the security policy. */
  readonly complaints: readonly string[];
}

export async function openTab(
  t: TestContext,
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.exposeFunction('complain', (text: string) => complaints.push(text));
  await page.addInitScript({ content: reportViolations });
  return { page, complaints };
}

const reportViolations = `addEventListener('securitypolicyviolation', (event) => {
  complain('policy: ' + event.violatedDirective + ' ' + event.blockedURI);
});`;

const traceEvent = z.looseObject({
  ...{ name: z.string(), ph: z.string(), pid: z.number(), tid: z.number(), tdur: z.number().optional() },
  args: z.looseObject({ name: z.string().optional() }).optional(),
});

/** Does something, and tells the time of the processor that each task of the page's main thread took meanwhile. */
export async function traced<T>(
  page: Page,
  run: () => Promise<T>,
): Promise<{ result: T; tasksMs: number[] }> {
  const session = await page.context().newCDPSession(page);
  const events: z.output<typeof traceEvent>[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...z.array(traceEvent).parse(value)));
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  const traceConfig = { includedCategories: ['toplevel', 'disabled-by-default-devtools.timeline'] };
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig });
  const result = await run();
  await session.send('Tracing.end');
  await complete;
  return { result, tasksMs: tasksOf(events) };
}

/** Of every page that there is: the others do nothing. */
function tasksOf(events: readonly z.output<typeof traceEvent>[]): number[] {
  const threadOf = ({ pid, tid }: z.output<typeof traceEvent>) => `${pid}/${tid}`;
  const named = events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  const threads = new Set(named.map(threadOf));
  return events
    .filter((event) => event.name === 'RunTask' && threads.has(threadOf(event)))
    .map(({ tdur = 0 }) => tdur / 1000);
}
