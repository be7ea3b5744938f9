import { kill } from 'node:process';
import { expect, open, test } from './console';

// Against processes of the server and of the cluster, which ConsoleFlowTests starts for this alone.
const [server, cluster] = ['NODEMANAGER_SERVER_PID', 'NODEMANAGER_CLUSTER_PID'].map(name => Number(process.env[name] ?? 0)) as [number, number];
test.skip(server === 0, 'the server is no process of its own');
test.setTimeout(240_000);

test('a frozen API server is reported with the age of the data, and the page continues by itself', async ({ console: page }) => {
  const banner = page.getByRole('alert').filter({ hasText: 'The API server has not answered since' });
  await expect(page.getByText('Live', { exact: true })).toBeAttached({ timeout: 60_000 });
  kill(cluster, 'SIGSTOP');
  try {
    await expect(banner).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText('Not up to date', { exact: true })).toBeAttached();
    // What was read is still there.
    await expect(page.locator('table.nodes')).toBeVisible();
  } finally {
    kill(cluster, 'SIGCONT');
  }

  await expect(banner).toHaveCount(0, { timeout: 60_000 });
  await page.locator('table.nodes tbody a').first().click();
  await page.getByRole('button', { name: /^Cordon/ }).first().click({ timeout: 30_000 });
  await expect(page.getByText(/is cordoned/)).toBeVisible();
});

test('a frozen server is reported, and the page reconnects by itself', async ({ console: page }) => {
  await open(page, '/admin/alerts');
  const banner = page.getByRole('alert').filter({ hasText: 'The server does not answer.' });
  // The server reports the age of the data every ten seconds.
  await expect(page.locator('header .at')).toBeVisible();
  kill(server, 'SIGSTOP');
  try {
    await expect(banner).toBeVisible({ timeout: 90_000 });
    await expect(banner).toContainText('The page shows the state of');
  } finally {
    kill(server, 'SIGCONT');
  }

  await expect(banner).toHaveCount(0, { timeout: 60_000 });
  await expect(page.getByText('Live', { exact: true })).toBeAttached();
});
