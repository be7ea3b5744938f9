import { expect, test } from './console';

// On a server of several clusters, which ConsoleFlowTests starts for this alone: the first of 3 nodes, the second of 5.
test.skip(!process.env['NODEMANAGER_CLUSTERS'], 'one cluster is served');

test('the switch leads to another of the clusters, and a change stays there', async ({ console: page }) => {
  const clusters = page.getByRole('combobox', { name: 'Cluster', exact: true });
  await expect(page.getByText('3 of 3 nodes', { exact: true })).toBeVisible();
  await expect(clusters.locator('option')).toHaveText(['first', 'team/second', 'read-only', 'away (not connected)']);
  await clusters.selectOption('team/second');
  await expect(page).toHaveURL(/\/clusters\/team%2Fsecond\/admin\/nodes$/);
  await expect(page.getByText('5 of 5 nodes', { exact: true })).toBeVisible();
  await expect(clusters.locator('option:checked')).toHaveText('team/second');

  // What happens there arrives there, also after a reload and on the page of a node.
  const menu = page.getByRole('button', { name: /^Actions for / }).first();
  const node = (await menu.getAttribute('aria-label') ?? '').replace(/^Actions for /, '');
  await menu.click();
  await page.getByRole('menuitem', { name: `Cordon ${node}` }).click();
  await expect(page.getByRole('row', { name: new RegExp(node) })).toContainText('Cordoned');
  await page.getByRole('link', { name: node, exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/clusters/team%2Fsecond/admin/nodes/${node}`));
  await page.reload();
  await expect(page.getByRole('button', { name: new RegExp(`Uncordon`) }).first()).toBeVisible();

  // A cluster that is away says so, and the way back is open.
  await clusters.selectOption('away (not connected)');
  await expect(page.getByRole('alert').first()).toBeVisible();
  await clusters.selectOption('first');
  await expect(page.getByText('3 of 3 nodes', { exact: true })).toBeVisible();
  await expect(page.locator('table.nodes')).not.toContainText('Cordoned');
});
