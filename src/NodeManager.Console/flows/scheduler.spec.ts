import { expect, open, tabTo, test } from './console';

test('a plugin is disabled, the scheduler restarted with progress, and the change rolled back', async ({ console: page }) => {
  await open(page, '/admin/scheduler');
  const plugin = page.getByRole('switch', { name: 'ImageLocality in score' });
  await expect(plugin).toHaveAttribute('aria-checked', 'true');
  await plugin.click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('ImageLocality');
  await dialog.getByLabel('Reason').fill('tested in a browser');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByRole('region', { name: 'Restart scheduler' })).toContainText('Succeeded');
  await expect(plugin).toHaveAttribute('aria-checked', 'false');

  await page.getByRole('link', { name: 'Revisions' }).click();
  await expect(page.getByRole('cell', { name: 'tested in a browser' })).toBeVisible();
  const former = page.getByRole('row').filter({ hasNotText: 'tested in a browser' }).getByRole('button', { name: /Restore revision/ }).first();
  await page.getByRole('row').filter({ hasNotText: 'tested in a browser' }).getByRole('button', { name: /Show revision/ }).first().click();
  await expect(page.locator('pre')).toContainText('ImageLocality');
  await former.click();
  await expect(dialog).toContainText('ImageLocality');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByRole('region', { name: 'Restart scheduler' })).toContainText('Succeeded');
  await page.getByRole('link', { name: 'Plugins' }).click();
  await expect(plugin).toHaveAttribute('aria-checked', 'true');
});

test('arguments are checked, previewed and set with the keyboard', async ({ console: page }) => {
  await open(page, '/admin/scheduler');
  await tabTo(page, 'Plugin', 'combobox');
  await page.keyboard.type('NodeResourcesFit');
  const editor = page.getByRole('textbox', { name: /Arguments of NodeResourcesFit/ });
  await expect(editor).toBeVisible();
  await tabTo(page, /Arguments of NodeResourcesFit/, 'textbox');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('{"ignoredResources": ');
  await tabTo(page, 'Preview changes', 'button');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'not valid JSON' })).toBeVisible();
  await editor.focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText('{"ignoredResources": ["example.com/fake"]}');
  await tabTo(page, 'Preview changes', 'button');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('ignoredResources');
  await tabTo(page, /Restart the scheduler/, 'checkbox');
  await page.keyboard.press('Space');
  await tabTo(page, 'Apply', 'button');
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await open(page, '/admin/scheduler/revisions');
  await expect(page.getByRole('cell', { name: /Set NodeResourcesFit/ }).first()).toBeVisible();
});

test('the health of the scheduler is checked', async ({ console: page }) => {
  await open(page, '/admin/scheduler/health');
  await expect(page.getByRole('table', { name: 'Health' }).getByRole('row')).not.toHaveCount(1);
  await page.getByRole('button', { name: 'Check again' }).click();
  await expect(page.locator('main .badge').first()).toHaveText(/(Healthy|Unhealthy)$/);
});

test('a plugin is added with a weight, where this version has it', async ({ console: page }) => {
  await open(page, '/admin/scheduler');
  const score = page.getByRole('region', { name: 'score', exact: true });
  const choices = score.getByRole('combobox').getByRole('option');
  await expect(choices.first()).toBeAttached();
  // It binds pods and scores none.
  expect(await choices.allTextContents()).not.toContain('DefaultBinder');
  await score.getByRole('combobox').selectOption({ index: 1 });
  await score.getByLabel('Weight').fill('7');
  await score.getByRole('button', { name: 'Add' }).click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('weight: 7');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
});
