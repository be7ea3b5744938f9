import { expect, open, tabTo, test } from './console';

test('an alert appears while the page is open, shows its evidence and ends', async ({ console: page, host }) => {
  const name = 'memory-1a-01';
  await open(page, '/admin/alerts');
  // A node that was lost before the server started.
  await expect(page.getByRole('article', { name: 'Unreachable' })).toContainText('worker-1b-02');

  await host.fault('DiskPressure', name, true);
  const alert = page.getByRole('article', { name: 'DiskPressure' });
  await expect(alert).toContainText(name, { timeout: 60_000 });
  await expect(page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Alerts' })).toContainText('2 open');
  await alert.getByText(/Evidence/).click();
  await expect(alert).toContainText('Condition DiskPressure');

  await page.getByLabel('Filter by node, cause or group').fill('none such');
  await expect(page.getByText('No alert matches the filter.').first()).toBeVisible();
  await page.getByLabel('Filter by node, cause or group').fill(`${name} disk`);
  await expect(page.getByRole('article')).toHaveCount(1);
  await tabTo(page, name, 'link');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name })).toBeFocused();

  await host.fault('DiskPressure', name, false);
  await page.goBack();
  await expect(page.getByRole('table', { name: /^Past alerts/ }).getByRole('row').filter({ hasText: name })).toContainText('Resolved', { timeout: 60_000 });
});
