import { expect, open, tabTo, test } from './console';

test('a maintenance is planned, followed after a reload, and keeps its timeline', async ({ console: page, api }) => {
  await open(page, '/admin/maintenance');
  await expect(page.getByText('No maintenance runs are stored in this cluster.')).toBeVisible();
  // Two nodes whose drains end as things are.
  const all = (await (await api.get('/api/plugins/streamspace-node-manager/nodes')).json()) as { name: string; status: { ready: boolean } }[];
  const names: string[] = [];
  for (const { name, status } of all) {
    const answer = await api.get(`/api/plugins/streamspace-node-manager/nodes/${name}/drain-plan?delete_emptydir_data=true&delete_unmanaged_pods=true`);
    if (status.ready && !name.startsWith('control') && ((await answer.json()) as { status: string }).status === 'Drainable') names.push(name);
  }

  const [one, two] = names as [string, string];
  await page.getByLabel('Filter').fill('worker');
  await page.getByRole('button', { name: 'Select shown workers' }).click();
  await page.getByRole('button', { name: 'Clear selection' }).click();
  await page.getByLabel('Filter').fill('');
  for (const name of [one, two]) await page.getByRole('checkbox', { name }).check();
  await expect(page.getByText('2 nodes selected')).toBeVisible();
  await page.getByLabel('Evict pods with emptyDir volumes').check();
  await page.getByLabel('Evict unmanaged pods').check();
  await tabTo(page, 'Show the plan', 'button');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('table', { name: 'Plan' })).toContainText(two);
  await page.getByRole('button', { name: 'Start the maintenance' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Start the maintenance' }).click();

  await expect(page).toHaveURL(/\/admin\/maintenance\/\d{8}-/);
  await page.reload();
  await expect(page.getByRole('region', { name: 'Timeline' })).toBeVisible();
  await expect(page.locator('main .badge').first()).toHaveText(/Completed$/, { timeout: 120_000 });
  await expect(page.getByRole('table', { name: 'Nodes' }).getByRole('row').filter({ hasText: one })).toContainText('Drain');
  await page.getByRole('link', { name: 'Maintenance' }).first().click();
  await expect(page.getByRole('table', { name: 'Runs' }).getByRole('row')).toHaveCount(2);
});

test('a maintenance waits for its window, and its options reach the plan', async ({ console: page, api }) => {
  await open(page, '/admin/maintenance');
  await page.getByLabel('Filter').fill('worker-1a-01');
  await page.getByRole('checkbox', { name: 'worker-1a-01' }).check();
  await page.getByLabel('Windows, one per line').fill('someday');
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'The maintenance cannot be planned or started.' })).toContainText('someday');
  await page.getByLabel('Windows, one per line').fill('Mon-Sun 00:00-00:01 UTC');
  await page.getByLabel('Wait after each batch (minutes)').fill('5');
  await page.getByLabel('Drain of a node (minutes)').fill('20');
  await page.getByLabel('Include control-plane nodes, last and one at a time').check();
  await page.getByText('More options of the drain').click();
  await page.getByLabel('grace_period_seconds', { exact: true }).fill('10');
  await page.getByLabel('grace_period_seconds', { exact: true }).blur();
  await page.getByText('Command on the nodes').click();
  await page.getByLabel('Command', { exact: true }).fill('uptime');
  const sent = page.waitForRequest(request => request.url().endsWith('/api/v1/maintenances/plan'));
  await page.getByRole('button', { name: 'Show the plan' }).click();
  expect((await sent).postDataJSON()).toMatchObject({
    windows: ['Mon-Sun 00:00-00:01 UTC'], soak_seconds: 300, drain_timeout_seconds: 1200, include_control_plane: true, grace_period_seconds: 10, node_command: 'uptime', node_command_seconds: 1800,
  });
  await page.getByLabel('Command', { exact: true }).fill('');
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await expect(page.getByText('The window opens at')).toBeVisible();
  expect((await api.get('/api/v1/maintenances')).ok()).toBe(true);
});

test('a run that cannot be resumed because the server is unreachable says so', async ({ console: page }) => {
  const run = { id: 'r1', type: 'Maintenance', status: 'Interrupted', started_by: 'ann', started_at: '2026-11-24T12:00:00Z', nodes: [], remaining: 0, failed: 0, max_unavailable: '1' };
  await page.route('**/api/v1/maintenances/r1', route => route.fulfill({ json: run }));
  await page.route('**/api/v1/maintenances/r1/resume', route => route.abort());
  await open(page, '/admin/maintenance/r1');
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.locator('.notice')).toContainText('The server is not reachable.');
});

test('a plan for former options is not shown, and a maintenance starts with the options of its plan', async ({ console: page }) => {
  const plans: (() => void)[] = [];
  await page.route('**/api/v1/maintenances/plan', async route => {
    const response = await route.fetch();
    await new Promise<void>(done => plans.push(done));
    await route.fulfill({ response });
  });
  await open(page, '/admin/maintenance');
  await page.getByLabel('Filter').fill('worker-1a-01');
  await page.getByRole('checkbox', { name: 'worker-1a-01' }).check();
  const plan = page.getByRole('button', { name: 'Show the plan' });
  const start = page.getByRole('button', { name: 'Start the maintenance' });
  await plan.click();
  await expect.poll(() => plans.length).toBe(1);
  await page.getByLabel('Evict unmanaged pods').check();
  const answered = page.waitForEvent('requestfinished', request => request.url().endsWith('/maintenances/plan'));
  plans.pop()!();
  await answered;
  await page.evaluate(() => new Promise(done => setTimeout(done, 200)));
  await expect(page.getByRole('table', { name: 'Plan' })).toHaveCount(0);
  await expect(start).toBeDisabled();

  await plan.click();
  await expect.poll(() => plans.length).toBe(1);
  plans.pop()!();
  await expect(start).toBeEnabled();
  const sent = page.waitForRequest(request => request.method() === 'POST' && request.url().endsWith('/api/v1/maintenances'));
  let read = () => {};
  const isRead = new Promise<void>(done => { read = done; });
  await page.route('**/api/v1/maintenances', async route => {
    if (route.request().method() === 'POST') return route.abort();
    await isRead;
    return route.continue();
  });
  await start.click();
  const question = page.getByRole('alertdialog');
  await question.getByRole('button', { name: 'Start the maintenance' }).click();
  // The start reads the runs first, and the form can be edited again.
  await question.getByRole('button', { name: 'Cancel' }).click();
  await page.getByLabel('Evict pods with emptyDir volumes').check();
  read();
  expect((await sent).postDataJSON()).toMatchObject({ nodes: ['worker-1a-01'], delete_unmanaged_pods: true, delete_emptydir_data: false });
});
