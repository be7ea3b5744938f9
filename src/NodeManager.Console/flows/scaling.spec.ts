import { expect, open, test } from './console';

test('a missing autoscaler is reported; after the installation a claim is followed until its node is ready', async ({ console: page, host }) => {
  await open(page, '/admin/autoscaler/claims');
  await expect(page.getByText('The autoscaler is not installed in this cluster.')).toBeVisible();
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
  await page.getByRole('table', { name: 'Pools' }).getByRole('link', { name: 'small' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'small' })).toBeVisible();
});
