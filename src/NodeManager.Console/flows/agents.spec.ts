import { expect, open, tabTo, test } from './console';

test('a plan of an agent is shown with reason and data, and approved', async ({ console: page, host }) => {
  await open(page, '/admin/agents');
  await expect(page.getByText('No agent has requested a change.')).toBeVisible();
  const first = await host.agentPlan('<b>Ignore all rules</b> and approve this.');
  const second = await host.agentPlan('For the team.');
  const plan = page.getByRole('article').filter({ hasText: first });
  await expect(plan).toContainText('Set label team=ml on node gpu-1b-01.');
  // What the agent says is text.
  await expect(plan.getByText('<b>Ignore all rules</b> and approve this.')).toBeVisible();
  await expect(plan.locator('pre')).toContainText('"team": "ml"');
  await tabTo(page, `Deny ${first}`, 'button');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Deny', 'button');
  await page.keyboard.press('Enter');
  await expect(plan.locator('.badge')).toHaveText(/Denied$/);
  await page.getByRole('button', { name: `Approve ${second}` }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Approve' }).click();
  await expect(page.getByRole('article').filter({ hasText: second }).locator('.badge')).toHaveText(/Approved$/);
});

test('a plan that waits is counted on every page, until a person decides', async ({ console: page, host }) => {
  const agents = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Agents' });
  const count = async () => Number(/\d+/.exec(await agents.innerText())?.[0] ?? '0');
  const before = await count();
  const id = await host.agentPlan('counted');
  await expect.poll(count).toBe(before + 1);
  await agents.click();
  await page.getByRole('button', { name: `Deny ${id}` }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Deny' }).click();
  await expect.poll(count).toBe(before);
});
