import { expect, open, tabTo, test, watch } from './console';

const nodesPath = '**/api/plugins/streamspace-node-manager/nodes';

test('a link signs in once, and leaves the address bar', async ({ page, host, browser }) => {
  const link = await host.link();
  await page.goto(link);
  await expect(page.getByRole('heading', { level: 1, name: 'Nodes' })).toBeVisible();
  expect(page.url()).not.toContain('#');

  const other = await (await browser.newContext()).newPage();
  await other.goto(new URL(link, page.url()).href);
  await expect(other.getByRole('alert')).toContainText('used already');
  await other.context().close();

  await page.getByText('local-admin').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
});

test('a viewer signs in with a token and sees no controls for changes', async ({ page, host }) => {
  const errors = watch(page);
  await page.goto('/admin/nodes');
  await page.getByLabel('Token').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('not signed in');
  await page.getByLabel('Token').fill(await host.token());
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('link', { name: 'worker-1b-01', exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: /Cordon/ })).toHaveCount(0);
  await page.getByRole('link', { name: 'worker-1b-01', exact: true }).click();
  await page.getByRole('link', { name: 'Labels' }).click();
  await expect(page.getByRole('cell', { name: 'kubernetes.io/hostname' })).toBeVisible();
  await expect(page.getByRole('button', { name: /Set label|Remove/ })).toHaveCount(0);
  await page.getByRole('link', { name: 'Scheduler' }).click();
  await expect(page.getByRole('switch', { name: 'ImageLocality in score' })).toBeDisabled();
  expect(errors).toEqual([]);
});

test('nodes are counted, filtered and sorted', async ({ console: page }) => {
  const rows = page.locator('tbody tr:not(.space)');
  await expect(page.getByRole('region', { name: 'Cluster health' })).toContainText(/\d+ of 12 nodes ready/);
  await expect(page.getByRole('region', { name: 'Node resources' })).toContainText('allocatable of');
  await expect(rows).toHaveCount(12);
  await page.getByLabel('Filter').fill('topology.kubernetes.io/zone=eu-central-1b worker-');
  await expect(page.getByText('2 of 12 nodes', { exact: true })).toBeVisible();
  await page.getByLabel('Filter').fill('nothing-like-this');
  await page.getByRole('button', { name: 'Clear filter' }).click();
  await page.getByRole('button', { name: 'Name' }).click();
  await expect(rows.first()).toContainText('worker-1c-01');
  await page.getByRole('button', { name: 'CPU' }).click();
  const shares = (await page.locator('tbody tr td:nth-child(4)').allInnerTexts()).map(text => Number.parseInt(text, 10)).filter(share => !Number.isNaN(share));
  expect(shares).toEqual([...shares].sort((a, b) => b - a));
  await expect(page.getByRole('columnheader', { name: 'CPU' })).toHaveAttribute('aria-sort', 'descending');
});

test('the list reports that it is empty, loading or failing, and recovers', async ({ console: page }) => {
  await page.route(nodesPath, route => route.fulfill({ json: [] }));
  await page.reload();
  await expect(page.getByText('The cluster has no nodes.')).toBeVisible();

  let answer = () => {};
  await page.unroute(nodesPath);
  await page.route(nodesPath, route => new Promise<void>(done => { answer = () => done(route.continue()); }));
  const asked = page.waitForRequest(nodesPath);
  await page.reload();
  await asked;
  await expect(page.getByText('Loading …')).toBeVisible();
  answer();
  await expect(page.getByRole('link', { name: 'worker-1b-01', exact: true })).toBeVisible();

  await page.unroute(nodesPath);
  await page.route(nodesPath, route => route.fulfill({ status: 502, json: { error: 'X', message: 'The API server is away.', action: 'Wait.' } }));
  await page.reload();
  await expect(page.getByRole('alert')).toContainText('The API server is away.');
  await expect(page.getByRole('button', { name: 'Retry' })).toBeVisible();
  await page.unroute(nodesPath);
  await expect(page.getByRole('link', { name: 'worker-1b-01', exact: true })).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a session that ends asks for a token over the page, which then continues', async ({ console: page, host }) => {
  await page.route('**/api/v1/events', route => route.fulfill({ status: 401, json: { error: 'Unauthorized', message: 'Sign in.' } }));
  await page.reload();
  const question = page.getByRole('dialog', { name: 'The session has ended' });
  await expect(question).toBeVisible();
  await expect(page.locator('main#content h1')).toHaveText('Nodes');
  await expect(page.getByText('HTTP 401')).toHaveCount(0);

  await page.unroute('**/api/v1/events');
  await question.getByLabel('Token').fill(await host.token());
  const stream = page.waitForResponse(answer => answer.url().endsWith('/api/v1/events') && answer.ok());
  await question.getByRole('button', { name: 'Sign in' }).click();
  await stream;
  await expect(question).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'worker-1b-01', exact: true })).toBeVisible();
});

test('5,000 nodes are scrolled with wheel and keyboard', async ({ console: page }) => {
  await page.route(nodesPath, async route => {
    const [first] = await (await route.fetch()).json() as { name: string }[];
    await route.fulfill({ json: Array.from({ length: 5000 }, (_, i) => ({ ...first, name: `node-${i}` })) });
  });
  await page.reload();
  await expect(page.getByText('5,000 of 5,000 nodes', { exact: true })).toBeVisible();
  expect(await page.locator('tbody tr').count()).toBeLessThan(70);
  await page.evaluate(() => scrollTo(0, 120_000));
  // What stands for the rows that are not shown takes no columns.
  expect(await page.locator('table.nodes').evaluate((table: HTMLTableElement) => table.rows[5]!.cells[0]!.offsetWidth)).toBeGreaterThan(200);
  await expect(page.getByRole('link', { name: 'node-2450', exact: true })).toBeAttached();
  await page.evaluate(() => scrollTo(0, 0));
  await page.getByRole('link', { name: 'node-0', exact: true }).focus();
  for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('link', { name: 'node-40', exact: true })).toBeFocused();
  await page.keyboard.press('End');
  await expect(page.getByRole('link', { name: 'node-4999', exact: true })).toBeFocused();
  await expect(page.getByRole('link', { name: 'node-4999', exact: true })).toBeInViewport();
  await page.keyboard.press('Home');
  await expect(page.getByRole('link', { name: 'node-0', exact: true })).toBeFocused();
});

test('a change of another client appears automatically', async ({ console: page, api }) => {
  const row = page.getByRole('row', { name: /memory-1b-01/ });
  await expect(row).toContainText('Ready');
  expect((await api.post('/api/plugins/streamspace-node-manager/nodes/memory-1b-01/cordon')).ok()).toBe(true);
  await expect(row).toContainText('Cordoned');
  expect((await api.post('/api/plugins/streamspace-node-manager/nodes/memory-1b-01/uncordon')).ok()).toBe(true);
  await expect(row).not.toContainText('Cordoned');
});

test('a node is cordoned and uncordoned with the keyboard', async ({ console: page }) => {
  await page.getByLabel('Filter').fill('worker-1c-01');
  await expect(page.getByText('1 of 12 nodes', { exact: true })).toBeVisible();
  await tabTo(page, 'Cordon worker-1c-01', 'button');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('row', { name: /worker-1c-01/ })).toContainText('Cordoned');
  await tabTo(page, 'Uncordon worker-1c-01', 'button');
  await page.keyboard.press('Space');
  await expect(page.getByRole('row', { name: /worker-1c-01/ })).not.toContainText('Cordoned');
});

test('a label is set and removed with the keyboard', async ({ console: page }) => {
  await open(page, '/admin/nodes/worker-1c-01');
  await tabTo(page, 'Labels', 'link');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Key', 'textbox');
  await page.keyboard.type('example.com/rack');
  await page.keyboard.press('Tab');
  await page.keyboard.type('not valid!');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('Nothing was changed');
  await tabTo(page, 'Value', 'textbox');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('r1');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('row', { name: /example.com\/rack r1/ })).toBeVisible();
  await tabTo(page, 'Remove label example.com/rack', 'button');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alertdialog')).toContainText('no longer scheduled');
  await tabTo(page, 'Remove', 'button');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('row', { name: /example.com\/rack/ })).toHaveCount(0);
});

test('a label that another client has changed since is not overwritten', async ({ console: page, api }) => {
  const labels = '/api/plugins/streamspace-node-manager/nodes/worker-1c-01/labels';
  const set = (value: string) => api.put(labels, { data: { key: 'example.com/owner', value } });
  await set('ann');
  await open(page, '/admin/nodes/worker-1c-01/labels');
  await page.getByRole('button', { name: 'Edit label example.com/owner' }).click();
  await page.getByLabel('Value').fill('carl');
  await set('bob');
  await expect(page.getByRole('row', { name: /example.com\/owner bob/ })).toBeVisible();

  await page.getByRole('button', { name: 'Set label' }).click();
  await expect(page.getByRole('alert')).toContainText("it was 'ann' and is 'bob' now. Nothing was changed.");
  await expect(page.getByRole('row', { name: /example.com\/owner bob/ })).toBeVisible();
  // Who has read that decides again.
  await page.getByRole('button', { name: 'Set label' }).click();
  await expect(page.getByRole('row', { name: /example.com\/owner carl/ })).toBeVisible();

  await page.getByRole('button', { name: 'Remove label example.com/owner' }).click();
  await set('bob');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('alert')).toContainText("it was 'carl' and is 'bob' now.");
  expect((await api.delete(`${labels}/example.com/owner`)).ok()).toBe(true);
});

test('a taint is set and removed; NoExecute asks for confirmation', async ({ console: page }) => {
  await open(page, '/admin/nodes/gpu-1b-01/taints');
  await page.getByLabel('Key').fill('example.com/maintenance');
  await page.getByLabel('Effect').selectOption('NoExecute');
  await page.getByRole('button', { name: 'Set taint' }).click();
  await expect(page.getByRole('alertdialog')).toContainText('does not respect PodDisruptionBudgets');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  await page.getByLabel('Effect').selectOption('NoSchedule');
  await page.getByRole('button', { name: 'Set taint' }).click();
  await expect(page.getByRole('row', { name: /example.com\/maintenance NoSchedule/ })).toBeVisible();
  await page.getByRole('button', { name: 'Remove taint example.com/maintenance:NoSchedule' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('row', { name: /example.com\/maintenance/ })).toHaveCount(0);
});

test('the page of a missing node reports it', async ({ console: page }) => {
  await open(page, '/admin/nodes/none');
  await expect(page.getByRole('alert')).toContainText('none');
  await page.goto('/admin/nothing');
  await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
});

test('a node shows its usage from before the page was opened', async ({ console: page }) => {
  const history = page.waitForResponse(/\/nodes\/worker-1a-01\/usage$/);
  await open(page, '/admin/nodes/worker-1a-01');
  const samples = (await (await history).json()) as { at: string; cpu_percent: number }[];
  expect(samples.length).toBeGreaterThan(0);
  expect(Date.parse(samples[0]!.at)).toBeLessThan(Date.now());
  await expect(page.getByRole('img', { name: 'Usage over time' })).toBeVisible();
});
