/** Takes the pictures of the status page for the README, of the demo, in the browser that is installed. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'docs/pictures');
/** The same faults every time: what they do to whom still depends on milliseconds. */
const seed = '7';
const mostWaitMs = 180_000;

const pictures = [
  { name: 'page-light', colorScheme: 'light', viewport: { width: 1280, height: 940 } },
  { name: 'page-dark', colorScheme: 'dark', viewport: { width: 1280, height: 940 } },
] as const;

const demo = spawn(
  process.execPath,
  [join(root, 'exporter/main.ts'), 'demo', '--listen', '127.0.0.1:0', '--chaos', seed],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  await takeAll(browser, await addressOf(demo.stdout));
} finally {
  await browser.close();
  demo.kill('SIGINT');
}

async function takeAll(of: Browser, url: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const pages = await Promise.all(
    pictures.map(async ({ name, ...options }) => {
      const page = await (await of.newContext({ ...options, reducedMotion: 'reduce' })).newPage();
      await page.goto(url);
      return { name, page };
    }),
  );
  const [first] = pages;
  if (first !== undefined) await somethingToSee(first.page);
  for (const { name, page } of pages) {
    const bytes = await page.screenshot();
    writeFileSync(join(folder, `${name}.png`), bytes);
    console.log(`docs/pictures/${name}.png  ${Math.ceil(bytes.length / 1024)} KiB`);
  }
}

/** Some rounds are over, and at this moment somebody is silent. */
async function somethingToSee(page: Page): Promise<void> {
  await page.locator('.round .tag.is-elected').nth(6).waitFor({ timeout: mostWaitMs });
  await page.locator('.lease-row.is-expired').first().waitFor({ timeout: mostWaitMs });
  await page.locator('.round.is-open').first().waitFor({ timeout: mostWaitMs });
}

function addressOf(out: NodeJS.ReadableStream): Promise<string> {
  let told = '';
  return new Promise((resolve, reject) => {
    out.on('data', (chunk) => {
      told += String(chunk);
      const url = /(http:\/\/[\w.:]+)\/metrics/.exec(told)?.[1];
      if (url !== undefined) resolve(url);
    });
    out.on('end', () => reject(new Error(`pictures: the demo does not serve:\n${told}`)));
  });
}
