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
