import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, open, test, watch } from './console';

const addresses = [
  '/admin/nodes', '/admin/nodes/worker-1b-01', '/admin/nodes/worker-1b-01/labels', '/admin/nodes/gpu-1a-01/taints', '/admin/nodes/worker-1b-01/conditions',
  '/admin/nodes/worker-1b-01/pods', '/admin/nodes/worker-1b-01/events', '/admin/nodes/memory-1b-01/drain', '/admin/alerts', '/admin/pools', '/admin/pools/cluster', '/admin/autoscaler', '/admin/autoscaler/claims', '/admin/autoscaler/plan', '/admin/autoscaler/decisions', '/admin/maintenance', '/admin/agents', '/admin/activity', '/admin/nodes/worker-1b-01/activity', '/admin/scheduler', '/admin/scheduler/revisions',
  '/admin/scheduler/health', '/admin/none',
];

async function check(page: Page, where: string) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(one => `${where}: ${one.id}: ${one.nodes.map(node => `${node.target.join(' ')} ${node.failureSummary ?? ''}`).slice(0, 3).join('; ')}`)).toEqual([]);
}

// Each theme and each language once; all of them in the long run (build.ps1 -Task Soak).
const all = process.env['NODEMANAGER_FLOWS_ALL'] === '1';
for (const theme of ['light', 'dark'] as const) {
  for (const language of ['en', 'zh'] as const) {
    if (!all && (theme === 'light') !== (language === 'en')) continue;
    test(`axe finds no violation on any page, ${theme}, ${language}`, async ({ page, host }) => {
      const errors = watch(page);
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await page.addInitScript(value => localStorage.setItem('nodemanager-language', value), language);
      await page.goto('/admin/nodes');
      await expect(page.locator('main h1')).toBeVisible();
      await check(page, 'sign-in');
      await page.goto(await host.link());
      await expect(page.locator('table.nodes')).toBeVisible();
      for (const address of addresses) {
        await page.goto(address);
        await expect(page.locator('main h1')).toBeVisible();
        await page.waitForLoadState('load');
        await expect(page.locator('.empty[role=status]')).toHaveCount(0);
        await check(page, address);
        expect(await page.locator('[style]:not(body, html, .uplot *, .uplot, td)').count()).toBe(0);
      }

      await page.goto('/admin/scheduler');
      await page.getByRole('switch').first().click();
      await expect(page.getByRole('alertdialog').getByRole('checkbox')).toBeVisible();
      await check(page, 'dialog');
      expect(errors).toEqual([]);
    });
  }
}

test('no page is wider than a phone', async ({ console: page, host }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  // Its hidden text is beside the count in the menu.
  await host.agentPlan('wait');
  for (const address of addresses) {
    await open(page, address);
    expect([address, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([address, 390]);
    await check(page, `${address}, 390 px`);
  }
});

test('the chart has the colors of the theme, also when the system changes it', async ({ console: page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto('/admin/nodes/worker-1b-01');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expect.poll(() => page.evaluate(() => {
      const line = getComputedStyle(document.documentElement).getPropertyValue('--line').trim();
      const wanted = [1, 3, 5].map(at => parseInt(line.slice(at, at + 2), 16));
      const canvas = document.querySelector<HTMLCanvasElement>('.uplot canvas');
      const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      for (let at = 0; at < pixels.length; at += 4)
        if (pixels[at + 3] === 255 && wanted.every((value, i) => Math.abs((pixels[at + i] ?? 0) - value) <= 2)) return true;
      return false;
    })).toBe(true);
  }
});

test.describe('in another time zone', () => {
  test.use({ timezoneId: 'Asia/Tokyo' });

  test('the axis of the chart has the chosen time zone', async ({ console: page }) => {
    await page.addInitScript(() => {
      const drawn = ((globalThis as unknown as { drawn: string[] }).drawn = []) as string[];
      const draw = CanvasRenderingContext2D.prototype.fillText;
      CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
        drawn.push(text);
        draw.call(this, text, ...rest);
      };
    });
    await open(page, '/admin/nodes/worker-1b-01');
    const hourOf = (timeZone: string, at: number) => new Intl.DateTimeFormat('en', { hour: 'numeric', timeZone }).format(at);
    const last = () => page.evaluate(() => (globalThis as unknown as { drawn: string[] }).drawn.findLast(text => /^\d+:\d\d:\d\d/.test(text))?.replace(/:.*\d/, '') ?? '');
    const within = (timeZone: string) => [0, 3_600_000].map(past => hourOf(timeZone, Date.now() - past));
    await expect.poll(async () => within('Asia/Tokyo').includes(await last())).toBe(true);
    await page.locator('.caller').click();
    await page.getByLabel('Times').selectOption('utc');
    await expect.poll(async () => within('UTC').includes(await last())).toBe(true);
  });
});

test('theme and language are stored', async ({ console: page }) => {
  await page.getByText('local-admin').click();
  await page.getByLabel('Theme').selectOption('dark');
  await page.getByLabel('Language').selectOption('zh');
  await expect(page.getByRole('heading', { level: 1, name: '节点' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: '节点' })).toBeVisible();
  expect(await page.evaluate(() => [document.documentElement.lang, getComputedStyle(document.body).backgroundColor])).toEqual(['zh-Hans', 'rgb(18, 21, 27)']);
});

test('pages are reached by their links, and the title and the focus follow', async ({ console: page }) => {
  await page.getByRole('link', { name: 'Scheduler', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Scheduler' })).toBeFocused();
  await expect(page).toHaveTitle(/Scheduler/);
  await page.goBack();
  await expect(page).toHaveTitle(/Nodes/);
  await page.keyboard.press('Tab');
  await page.getByRole('link', { name: 'Skip to content' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
});

test('the first load is small', async ({ page, host }) => {
  let bytes = 0;
  const client = await page.context().newCDPSession(page);
  await client.send('Network.enable');
  const scripts = new Set<string>();
  client.on('Network.responseReceived', event => { if (/\/assets\/|\/admin|\/$/.test(new URL(event.response.url).pathname)) scripts.add(event.requestId); });
  client.on('Network.loadingFinished', event => { if (scripts.has(event.requestId)) bytes += event.encodedDataLength; });
  await page.goto(await host.link());
  await expect(page.locator('table.nodes')).toBeVisible();
  console.log(`initial load: ${bytes} bytes`);
  expect(bytes).toBeLessThan(150 * 1024);
});

test('text of the cluster and of agents is shown with everything that it hides', async ({ console: page, host }) => {
  const hostile = 'invoice\u202Egnp.exe \u001B[2J \u2066now\u200B';
  await host.condition('worker-1c-01', 'FanFailure', hostile);
  await host.agentPlan(hostile);
  for (const [address, where] of [['/admin/nodes/worker-1c-01/conditions', 'tr'], ['/admin/agents', 'blockquote']] as const) {
    await open(page, address);
    await expect(page.locator(where).filter({ hasText: 'invoice' })).toContainText('invoice\\u202Egnp.exe \\u001B[2J \\u2066now\\u200B');
    expect(await page.evaluate(() => document.documentElement.textContent)).not.toMatch(/[\u001B\u200B\u202E\u2066]/);
  }
});
