import { mkdirSync, writeFileSync } from 'node:fs';
import type { Browser, Page } from '@playwright/test';
import { expect, test } from '../flows/console';
import { folder, nodes, tasksOf, trace } from './trace';

const rounds = 10;
const filters = ['worker-1', 'zone:1a', '-status:cordoned', 'pool:general', 'version:<1.37', 'gpu', 'status:ready', 'worker-1b zone:1b', 'control-plane', '1c'];

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** A signed-in page that notes when its table has the first row, in milliseconds since the navigation. */
async function open(browser: Browser, baseURL: string, session: string): Promise<Page> {
  const page = await (await browser.newContext({ baseURL, viewport: { width: 1280, height: 900 }, locale: 'en-US' })).newPage();
  await page.addInitScript(token => {
    localStorage.setItem('nodemanager-session', token);
    const observer = new MutationObserver(() => {
      if (!document.querySelector('table.nodes tbody th a')) return;
      observer.disconnect();
      performance.mark('first-row');
    });
    observer.observe(document, { childList: true, subtree: true });
  }, session);
  // The startup work of the browser itself must not count.
  await page.waitForTimeout(5000);
  return page;
}

async function show(page: Page): Promise<number> {
  await page.goto('/admin/nodes');
  await expect(page.getByText(new RegExp(`of ${new Intl.NumberFormat('en').format(nodes)} nodes$`))).toBeVisible({ timeout: 120_000 });
  return page.evaluate(() => performance.getEntriesByName('first-row')[0]!.startTime);
}

/** From the change of the text to the frame after it. */
async function filter(page: Page, text: string): Promise<number> {
  const milliseconds = await page.getByLabel('Filter').evaluate(async (input: HTMLInputElement, value) => {
    const started = performance.now();
    input.value = value;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise<void>(painted => requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => painted();
      channel.port2.postMessage(null);
    }));
    return performance.now() - started;
  }, text);
  await expect(page).toHaveURL(/[?&]q=/);
  return milliseconds;
}

test('a cold browser shows rows, and filters them, quickly', async ({ playwright, session }, info) => {
  test.setTimeout(20 * 60_000);
  mkdirSync(folder, { recursive: true });
  const { baseURL, launchOptions } = info.project.use;
  const firstRows: number[] = [];
  const filtered: number[] = [];
  const late: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const browser = await playwright.chromium.launch(launchOptions);
    const page = await open(browser, baseURL!, session);
    firstRows.push(await show(page));
    filtered.push(await filter(page, filters[round]!));
    await browser.close();
  }

  const browser = await playwright.chromium.launch(launchOptions);
  const page = await open(browser, baseURL!, session);
  const events = await trace(page, async () => {
    await show(page);
    await page.waitForTimeout(15_000);
  });
  const start = Math.max(...events.filter(one => one.name === 'navigationStart').map(one => one.ts / 1000));
  late.push(...tasksOf(events).filter(task => task.startedAt > start + 1000).map(task => task.milliseconds));
  await browser.close();

  const figures = {
    nodes, first_row_ms: firstRows.map(Math.round), median_first_row_ms: Math.round(median(firstRows)), filter_ms: filtered.map(Math.round),
    longest_filter_ms: Math.round(Math.max(...filtered)), tasks_after_the_first_second: late.length, longest_task_ms: Math.round(Math.max(0, ...late)),
  };
  writeFileSync(`${folder}/speed-${nodes}.json`, JSON.stringify(figures, null, 2));
  console.log(JSON.stringify(figures));
  expect(figures.median_first_row_ms).toBeLessThan(nodes > 5000 ? 2000 : 1000);
  expect(figures.longest_filter_ms).toBeLessThan(50);
  expect(late.length).toBeGreaterThan(0);
  expect(figures.longest_task_ms).toBeLessThan(100);
});
