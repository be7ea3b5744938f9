import { expect, open, tabTo, test } from './console';

test('a pool is resized with the keyboard, after its plan was shown', async ({ console: page }) => {
  await open(page, '/admin/pools');
  await tabTo(page, 'memory', 'link');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'memory' })).toBeVisible();
  const nodes = page.getByRole('region', { name: 'Nodes', exact: true }).getByRole('listitem');
  await expect(nodes).toHaveCount(2);

  await tabTo(page, 'Number of nodes', 'spinbutton');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('3');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('alertdialog', { name: 'Change pool memory' });
  await expect(dialog).toContainText('Adds nodes');
  await expect(dialog.getByRole('row', { name: /spec.nodeCount/ })).toContainText('3');
  await tabTo(page, 'Apply', 'button');
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(nodes).toHaveCount(3);
  // It is a node like any other.
  await expect(page.getByText('All 3 nodes are ready')).toBeVisible({ timeout: 60_000 });
});

test('a change that removes nodes names them, and requires a confirmation', async ({ console: page }) => {
  await open(page, '/admin/pools');
  await page.getByRole('link', { name: 'worker' }).click();
  await page.getByLabel('Number of nodes').fill('1');
  await page.getByRole('button', { name: 'Resize' }).click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('Removes nodes');
  await expect(dialog.getByRole('heading', { name: /Nodes to remove/ })).toBeVisible();
  await expect(dialog.getByRole('heading', { name: /Pods to move/ })).toBeVisible();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('(generation 1)')).toBeVisible();

  await page.getByRole('link', { name: 'Change' }).click();
  await page.getByLabel('Specification, as JSON').fill('{ "platform": ');
  await page.getByRole('button', { name: 'Preview changes' }).last().click();
  await expect(page.getByText('This is not valid JSON.')).toBeVisible();
  await page.getByLabel('Specification, as JSON').fill('{ "nodeCount": 5 }');
  await page.getByRole('button', { name: 'Preview changes' }).last().click();
  await expect(dialog.getByRole('alert')).toContainText('Nothing was changed.');
});

test('a pool is updated: the plan, each node, and the end', async ({ console: page }) => {
  await open(page, '/admin/pools');
  await page.getByRole('link', { name: 'gpu', exact: true }).click();
  await page.getByRole('link', { name: 'Update' }).click();
  await expect(page.getByText('No update of this pool is stored.')).toBeVisible();
  await page.getByLabel('New machine type').fill('g6.2xlarge');
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await expect(page.getByRole('table', { name: 'Nodes to replace' }).getByRole('row')).toHaveCount(3);
  await page.getByRole('button', { name: 'Start the update' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Start the update' }).click();
  await expect(page.getByRole('table', { name: 'Nodes of the update' })).toContainText('gpu-1a-01');
  expect(await page.locator('progress').count()).toBeLessThanOrEqual(1);

  // It goes on without the page, and its end is a second pool in the place of the first.
  await page.reload();
  await page.getByRole('link', { name: 'Pools' }).first().click();
  await expect(page.getByRole('link', { name: 'gpu-2' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'gpu', exact: true })).toHaveCount(0, { timeout: 90_000 });
});

test('a pool is created from another one, and deleted after its name was entered', async ({ console: page, api }) => {
  // The autoscaler, which would keep pools of the cluster, may not be installed yet.
  await open(page, '/admin/pools/cluster');
  if (!(await api.get('/api/v1/nodepools/overview?provider=Cluster')).ok()) await expect(page.getByRole('button', { name: 'New pool' })).toHaveCount(0);
  await open(page, '/admin/pools');
  await page.getByRole('button', { name: 'New pool' }).click();
  const form = page.getByRole('form', { name: 'New pool' });
  await form.getByLabel('Name').fill('second');
  await form.getByLabel('Start from').selectOption({ label: 'memory' });
  await form.getByLabel('nodeCount', { exact: true }).fill('many');
  await form.getByLabel('nodeCount', { exact: true }).blur();
  await expect(form.getByText('This value cannot be read.')).toBeVisible();
  await form.getByLabel('nodeCount', { exact: true }).fill('1');
  await form.getByLabel('nodeCount', { exact: true }).blur();
  await expect(form.getByLabel('Specification, as JSON')).toHaveValue(/"nodeCount": 1/);
  await form.getByRole('button', { name: 'Create' }).click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('"nodeCount": 1');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'second' })).toBeVisible();

  // Another editor changes it while the dialog is open: the pool that was seen is not the one that would be deleted.
  const id = page.url().split('/').at(-1)!;
  await page.getByRole('button', { name: 'Delete pool' }).click();
  await dialog.getByLabel('Enter second to confirm').fill('second');
  expect((await api.patch(`/api/v1/nodepools/${id}`, { data: { node_count: 2 } })).ok()).toBe(true);
  await dialog.getByRole('button', { name: 'Delete pool' }).click();
  await expect(dialog.getByRole('alert')).toContainText('Nothing was changed.');
  await expect(dialog.getByRole('table', { name: 'Changed meanwhile' }).getByRole('row', { name: /nodeCount/ })).toContainText('2', { timeout: 10_000 });
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  await page.getByRole('button', { name: 'Delete pool' }).click();
  await expect(dialog.getByRole('button', { name: 'Delete pool' })).toBeDisabled();
  await dialog.getByLabel('Enter second to confirm').fill('second');
  await dialog.getByRole('button', { name: 'Delete pool' }).click();
  await expect(page).toHaveURL(/\/admin\/pools$/);
  await expect(page.getByRole('link', { name: 'second' })).toHaveCount(0, { timeout: 30_000 });
});

test('two editors of a pool: the second sees both values', async ({ console: page, api }) => {
  await open(page, '/admin/pools');
  await page.getByRole('link', { name: 'worker' }).click();
  const id = page.url().split('/').at(-1)!;
  await page.getByRole('link', { name: 'Change' }).click();
  await page.getByLabel('nodeCount', { exact: true }).fill('7');
  await page.getByLabel('nodeCount', { exact: true }).blur();
  await page.getByRole('button', { name: 'Preview changes' }).last().click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog.getByRole('row', { name: /nodeCount/ })).toContainText('7');
  const before = (await (await api.get(`/api/v1/nodepools/${id}/overview`)).json()) as { node_count: number };
  expect((await api.patch(`/api/v1/nodepools/${id}`, { data: { node_count: before.node_count + 1 } })).ok()).toBe(true);
  await dialog.getByRole('button', { name: 'Apply' }).click();
  const conflict = dialog.getByRole('table', { name: 'Changed meanwhile' });
  await expect(conflict.getByRole('row', { name: /nodeCount/ })).toContainText(String(before.node_count + 1));
  await expect(conflict.getByRole('row', { name: /nodeCount/ })).toContainText('7');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect((await api.patch(`/api/v1/nodepools/${id}`, { data: { node_count: before.node_count } })).ok()).toBe(true);
});
