import { expect, open, test } from './console';

test('a missing autoscaler is reported; after the installation a claim is followed until its node is ready', async ({ console: page, host }) => {
  await open(page, '/admin/autoscaler/claims');
  await expect(page.getByText('The autoscaler is not installed in this cluster.')).toBeVisible();
  await open(page, '/admin/autoscaler');
  await page.getByRole('button', { name: 'Install the autoscaler' }).click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog.getByRole('table', { name: 'Changes' })).toContainText('nodesmithpools.kubenodesmith.parawell.cloud');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  const autoscaler = page.getByRole('region', { name: 'Autoscaler' });
  await expect(autoscaler).toContainText('Stopped');
  await page.getByRole('link', { name: 'Claims' }).click();
  await host.autoscaler();
  const claim = page.getByRole('article').first();
  await expect(claim).toContainText('small');
  await expect(page.getByRole('article').filter({ hasText: 'Initialized' }).getByRole('list', { name: 'Stages' }).first()).toBeVisible();
  await expect(page.locator('article .badge', { hasText: 'Ready' })).toHaveCount(2, { timeout: 120_000 });
  const node = await claim.getByRole('link').first().textContent();
  expect(node).not.toBe('');

  await page.getByRole('link', { name: 'Decisions' }).click();
  await expect(page.getByRole('table', { name: 'Decisions' }).getByRole('row').filter({ hasText: 'small' }).first()).toBeVisible();
  await page.getByRole('link', { name: 'Plan', exact: true }).click();
  await expect(page.getByRole('heading', { name: /Pending pods/ })).toBeVisible();
  await page.getByRole('navigation', { name: 'Sections of the autoscaler' }).getByRole('link', { name: 'Pools' }).click();
  await expect(page.getByRole('region', { name: 'Autoscaler' })).toContainText('Running');
  await autoscaler.getByRole('button', { name: 'Stop the autoscaler' }).click();
  await dialog.getByRole('button', { name: 'Stop the autoscaler' }).click();
  await autoscaler.getByRole('button', { name: 'Start the autoscaler' }).click();
  await dialog.getByRole('button', { name: 'Start the autoscaler' }).click();
  await expect(autoscaler).toContainText('Running', { timeout: 30_000 });
  await expect(autoscaler).toContainText('(this server)');
  await page.getByRole('table', { name: 'Pools' }).getByRole('link', { name: 'small' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'small' })).toBeVisible();
});
