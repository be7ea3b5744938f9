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

test('an alert is acknowledged, another is silenced for a while, and the silence is removed', async ({ console: page, host }) => {
  const name = 'memory-1b-01';
  await host.fault('DiskPressure', name, true);
  await open(page, '/admin/alerts');
  const alert = page.getByRole('article', { name: 'DiskPressure' });
  await expect(alert).toContainText(name, { timeout: 60_000 });
  await expect(alert.getByRole('link', { name: 'Drain the node' })).toHaveAttribute('href', `/admin/nodes/${name}/drain`);
  await tabTo(page, 'Acknowledge DiskPressure', 'button');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('alertdialog');
  await expect(dialog.getByRole('button', { name: 'Acknowledge' })).toBeDisabled();
  await dialog.getByLabel('Reason').fill('I exchange the disk');
  await dialog.getByRole('button', { name: 'Acknowledge' }).click();
  await expect(alert.locator('.badge', { hasText: 'Acknowledged' })).toBeVisible();
  await expect(alert).toContainText('I exchange the disk');
  // Only what nobody works on is counted.
  await expect(page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Alerts' })).toContainText('1 open');
  const silences = page.getByRole('table', { name: 'Silences' });
  await expect(silences).toContainText('I exchange the disk');

  await page.getByRole('button', { name: 'New silence' }).click();
  await dialog.getByLabel('Nodes').fill('worker-*');
  await dialog.getByLabel('Causes').fill('Unreachable');
  await dialog.getByLabel('Reason').fill('rack move');
  await dialog.getByLabel('Duration').selectOption({ label: '30 min' });
  await dialog.getByRole('button', { name: 'Silence', exact: true }).click();
  await expect(page.getByRole('article', { name: 'Unreachable' }).locator('.badge', { hasText: 'Silenced' })).toBeVisible();
  await silences.getByRole('row').filter({ hasText: 'rack move' }).getByRole('button', { name: /Remove/ }).click();
  await expect(page.getByRole('article', { name: 'Unreachable' }).locator('.badge', { hasText: 'Silenced' })).toHaveCount(0);
  await silences.getByRole('row').filter({ hasText: 'exchange' }).getByRole('button', { name: /Remove/ }).click();
  await expect(page.getByText('No alerts are silenced.')).toBeVisible();
  await host.fault('DiskPressure', name, false);
});

test('an alert about pods has its message and evidence while the page is open', async ({ console: page }) => {
  const evidence = { kind: 'Pod', name: 'shop/cart-1', message: 'Evicted for memory.' };
  const alert = {
    id: 'a', sequence: 1, labels: {}, transition: 'Raised', status: 'Firing', cause: 'Evictions', severity: 'Warning', nodes: ['worker-1a-01'], starts_at: new Date().toISOString(),
    updated_at: new Date().toISOString(), flapping: false, message: 'Pod shop/cart-1 was evicted.', findings: [{ node: 'worker-1a-01', cause: 'Evictions', evidence: [evidence] }],
  };
  let alerts: object[] = [];
  let raise = () => {};
  // The stream names no pods.
  const told = `id: 2\nevent: alert\ndata: ${JSON.stringify({ ...alert, message: 'Evictions: the alert names its pods.', findings: [] })}\n\n`;
  const streams = [() => Promise.resolve('id: 1\nevent: ready\ndata: {}\n\n'), () => new Promise<string>(done => { raise = () => done(told); })];
  await page.route('**/api/v1/events', async route => route.fulfill({ contentType: 'text/event-stream', body: await (streams.shift() ?? (() => new Promise<string>(() => {})))() }));
  await page.route('**/api/v1/alerts', route => route.fulfill({ json: { monitoring: true, alerts } }));
  await open(page, '/admin/alerts');
  await expect.poll(() => streams.length).toBe(0);
  await expect(page.getByText('No alerts are open.')).toBeVisible();
  alerts = [alert];
  raise();
  const shown = page.getByRole('article', { name: 'Evictions' });
  await expect(shown).toContainText('Pod shop/cart-1 was evicted.');
  await shown.getByText(/Evidence/).click();
  await expect(shown).toContainText('Evicted for memory.');
});
