import { expect, test } from '@playwright/test';

// At a console below a path prefix whose users sign in at an issuer, which the tests of the sign-in start for this alone.
const base = process.env['NODEMANAGER_URL'] ?? '';
const issuer = process.env['NODEMANAGER_ISSUER'] ?? '';
test.skip(!issuer, 'there is no issuer');
test.use({ ignoreHTTPSErrors: true, actionTimeout: 30_000 });

test('signs in at the issuer, returns to the page, renews the session and signs out', async ({ page }) => {
  await page.goto(`${base}/admin/nodes?q=worker`);
  await page.getByRole('link', { name: `Sign in with ${issuer}` }).click();

  await expect(page).toHaveURL(`${base}/admin/nodes?q=worker`);
  const row = page.getByRole('row', { name: /worker/ }).first();
  await expect(row).toBeVisible();
  expect(await page.evaluate(() => document.cookie + JSON.stringify(localStorage))).not.toMatch(/nodemanager-session|eyJ/);

  // The ID token expires; the page continues, also with a change.
  const renewed = page.waitForResponse(answer => answer.url() === `${base}/sign-in/refresh` && answer.status() === 204, { timeout: 60_000 });
  await renewed;
  await row.getByRole('link').first().click();
  await expect(page).toHaveURL(new RegExp(`^${base}/admin/nodes/worker`));
  await page.getByRole('button', { name: /^Cordon/ }).first().click();
  await expect(page.getByRole('button', { name: /^Uncordon/ }).first()).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: /^Uncordon/ }).first()).toBeVisible();

  await page.locator('details.menu').getByText('oidc:ann').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('link', { name: `Sign in with ${issuer}` })).toBeVisible();
  expect((await page.context().cookies()).filter(cookie => cookie.name.startsWith('__'))).toEqual([]);
});

test('shows why it does not sign in at the issuer', async ({ page }) => {
  await page.goto(`${base}/sign-in/callback?code=x&state=y`);

  await expect(page.getByRole('alert')).toContainText('The answer of the issuer came too late');
  await expect(page).toHaveURL(`${base}/admin`);
});
