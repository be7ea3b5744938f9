import { expect, open, tabTo, test } from './console';

test('the blockers of a drain are shown before it starts', async ({ console: page }) => {
  await open(page, '/admin/nodes/worker-1c-01/drain');
  await expect(page.getByRole('heading', { name: 'Blockers' })).toBeVisible();
  await expect(page.getByText(/Refused$/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Drain worker-1c-01' })).toBeDisabled();
  await page.getByLabel('Evict pods with emptyDir volumes').check();
  await expect(page.getByRole('heading', { name: 'Blockers' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Drain worker-1c-01' })).toBeEnabled();
  await expect(page.getByRole('table', { name: 'Pods of the plan' })).toContainText('DaemonSet/kube-proxy');
});

test('a drain is started and cancelled with the keyboard', async ({ console: page }) => {
  await page.getByLabel('Filter').fill('worker-1b-01');
  await tabTo(page, 'Actions for worker-1b-01', 'button');
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'worker-1b-01' })).toBeFocused();
  await expect(page.getByText('Will not finish')).toBeVisible();
  await tabTo(page, 'Timeout in seconds (0: none)', 'spinbutton');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('3600');
  await tabTo(page, 'Drain worker-1b-01', 'button');
  await page.keyboard.press('Enter');
  const question = page.getByRole('alertdialog', { name: 'Drain worker-1b-01?' });
  await expect(question).toContainText('1 PodDisruptionBudget allows no disruption in the current state: payments/ledger');
  await tabTo(page, 'Drain', 'button');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Drain worker-1b-01' })).toContainText('Running');
  await tabTo(page, 'Cancel operation', 'button');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Drain worker-1b-01' })).toContainText('Cancelled');
  await tabTo(page, 'Uncordon worker-1b-01', 'button');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Cordon worker-1b-01', exact: true })).toBeVisible();
});

test('a drain is confirmed with a plan of that moment, and not without one', async ({ console: page, host, api }) => {
  const name = 'worker-1b-01';
  const plan = `/api/plugins/streamspace-node-manager/nodes/${name}/drain-plan`;
  const status = async () => ((await (await api.get(plan)).json()) as { status: string }).status;
  await host.budget('payments', 'ledger', 2);
  await expect.poll(status).toBe('WillNotFinish');
  await open(page, `/admin/nodes/${name}/drain`);
  await expect(page.getByText('Will not finish')).toBeVisible();
  const question = page.getByRole('alertdialog', { name: `Drain ${name}?` });

  await host.budget('payments', 'ledger', 1);
  await expect.poll(status).toBe('Drainable');
  await page.getByRole('button', { name: `Drain ${name}` }).click();
  await expect(question).toBeVisible();
  await expect(question).not.toContainText('payments/ledger');
  await question.getByRole('button', { name: 'Cancel' }).click();

  await page.route(`**${plan}?*`, route => route.fulfill({ status: 503, json: { error: 'ResourceUnavailable', message: 'The cluster does not answer.' } }));
  await page.getByRole('button', { name: `Drain ${name}` }).click();
  await expect(page.getByText('The cluster does not answer.')).toBeVisible();
  await expect(question).toHaveCount(0);
  await host.budget('payments', 'ledger', 2);
});

test('a drain that another page starts is shown, and uncordoning asks before it stops the drain', async ({ console: page, host, api }) => {
  const name = 'worker-1b-01';
  await host.budget('payments', 'ledger', 2);
  await open(page, `/admin/nodes/${name}/drain`);
  await expect(page.getByText('Will not finish')).toBeVisible();

  const started = await api.post(`/api/plugins/streamspace-node-manager/nodes/${name}/drain`, { data: { timeout_seconds: 3600 }, headers: { Prefer: 'respond-async' } });
  expect(started.status()).toBe(202);
  const operation = page.getByRole('region', { name: `Drain ${name}` });
  await expect(operation).toContainText('Running');
  await expect(page.getByRole('button', { name: `Drain ${name}` })).toHaveCount(0);

  await page.getByRole('button', { name: `Uncordon ${name}` }).click();
  await expect(page.getByRole('alertdialog')).toContainText('Uncordoning the node stops the drain');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Cancel operation' }).click();
  await expect(operation).toContainText('Cancelled');
  await page.getByRole('button', { name: `Uncordon ${name}` }).click();
  await expect(page.getByRole('button', { name: `Cordon ${name}`, exact: true })).toBeVisible();
});

test('a node that is uncordoned while its dialog is open stays uncordoned', async ({ console: page, host, api }) => {
  const name = 'worker-1b-01';
  const node = `/api/plugins/streamspace-node-manager/nodes/${name}`;
  await host.budget('payments', 'ledger', 2);
  await open(page, `/admin/nodes/${name}`);
  expect((await api.post(`${node}/drain`, { data: { timeout_seconds: 3600 }, headers: { Prefer: 'respond-async' } })).status()).toBe(202);
  await page.getByRole('button', { name: `Uncordon ${name}` }).click();
  const question = page.getByRole('alertdialog');
  await expect(question).toContainText('Uncordoning the node stops the drain');
  expect((await api.post(`${node}/uncordon`)).ok()).toBe(true);
  await expect(page.locator('button', { hasText: /^Cordon$/ })).toBeAttached();
  await question.getByRole('button', { name: 'Uncordon' }).click();
  await expect(page.locator('.notice')).toContainText('is schedulable');
  expect(((await (await api.get(node)).json()) as { status: { unschedulable: boolean } }).status.unschedulable).toBe(false);
});

test('an interrupted drain is resumed with one click', async ({ console: page, host, api }) => {
  const name = 'worker-1b-01';
  await host.budget('payments', 'ledger', 2);
  await open(page, `/admin/nodes/${name}/drain`);
  await expect(page.getByText('Will not finish')).toBeVisible();
  // As a server answers that was killed and does not work on stored drains.
  let interrupted = '';
  await page.route('**/api/v1/operations/*/events', route => {
    interrupted = route.request().url().replace('/events', '');
    return route.fulfill({
      contentType: 'text/event-stream',
      body: 'id: 1\nevent: end\ndata: {"sequence":1,"at":"2026-11-24T12:00:00Z","type":"end","state":"Interrupted"}\n\n',
    });
  }, { times: 1 });

  await page.getByRole('button', { name: `Drain ${name}` }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Drain', exact: true }).click();
  const operation = page.getByRole('region', { name: `Drain ${name}` });
  await expect(operation).toContainText('Interrupted');
  await expect(page.getByText('the node stays cordoned')).toBeVisible();
  expect((await api.delete(interrupted)).status()).toBe(202);
  await expect.poll(async () => ((await (await api.get(interrupted)).json()) as { state: string }).state).toBe('Cancelled');
  await page.getByRole('button', { name: `Resume the drain of ${name}` }).click();

  await expect(operation).toContainText('Running');
  await page.getByRole('button', { name: 'Cancel operation' }).click();
  await expect(operation).toContainText('Cancelled');
  await expect(page.getByRole('button', { name: `Resume the drain of ${name}` })).toHaveCount(0);
  await page.getByRole('button', { name: `Uncordon ${name}` }).click();
  await expect(page.getByRole('button', { name: `Cordon ${name}`, exact: true })).toBeVisible();
});

test('a drain is rehearsed in a copy before it starts', async ({ console: page }) => {
  await open(page, '/admin/nodes/worker-1b-01/drain');
  const rehearsal = page.getByRole('region', { name: 'Rehearsal' });
  await page.getByLabel('Timeout in seconds').fill('60');
  await rehearsal.getByRole('button', { name: 'Rehearse' }).click();
  await expect(rehearsal.getByRole('status')).toContainText('In the copy, the drain took', { timeout: 60_000 });
  await expect(rehearsal.getByRole('status')).toContainText(/Timed out.*worker-1b-01/);
  await expect(rehearsal.getByRole('status')).toContainText('payments/ledger');
  await expect(page.getByRole('button', { name: 'Cordon worker-1b-01', exact: true })).toBeVisible();
});

test('several nodes are drained together after their plan', async ({ console: page }) => {
  await page.getByLabel('Select gpu-1a-01').check();
  await page.getByLabel('Select gpu-1b-01').check();
  await page.getByRole('button', { name: 'Drain …' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Drain 2 nodes?' });
  await dialog.getByLabel('Evict pods with emptyDir volumes').check();
  await dialog.getByLabel('Evict unmanaged pods').check();
  await expect(dialog.getByRole('row', { name: /gpu-1b-01/ })).toBeVisible();
  await expect(dialog).toContainText('PodDisruptionBudgets are respected');
  await dialog.getByRole('button', { name: 'Drain 2 nodes' }).click();
  const operation = page.getByRole('region', { name: 'Drain of several nodes' });
  await expect(operation).toContainText('2 of 2 nodes are drained.', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Uncordon', exact: true }).click();
  const back = page.getByRole('alertdialog', { name: 'Uncordon 2 nodes' });
  await back.getByRole('button', { name: 'Change 2 nodes' }).click();
  await expect(back).toHaveCount(0);
  await expect(page.getByRole('row', { name: /gpu-1/ }).filter({ hasText: 'Cordoned' })).toHaveCount(0);
});

test('the two latest of several drains are followed, and the others can be cancelled', async ({ console: page }) => {
  const opened: string[] = [];
  const closed: string[] = [];
  const idOf = (url: string) => /operations\/(.*)\/events/.exec(url)?.[1];
  page.on('requestfailed', request => { closed.push(...[idOf(request.url())].filter(id => id !== undefined)); });
  const names = ['gpu-1a-01', 'gpu-1b-01', 'memory-1a-01'];
  let at = 0;
  await page.route('**/nodes/drain', route => {
    const name = names[at++]!;
    return route.fulfill({ status: 202, json: { id: `of-${name}`, kind: 'NodeDrain', target: `${name} in cluster 'demo'`, state: 'Running', started_at: new Date().toISOString() } });
  });
  await page.route('**/operations/*/events', route => { opened.push(idOf(route.request().url())!); });
  const regions = page.getByRole('region', { name: 'Drain of several nodes' });
  for (const [i, name] of names.entries()) {
    await page.getByLabel(`Select ${name}`).check();
    await page.getByRole('button', { name: 'Drain …' }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Drain 1 node?' });
    await dialog.getByLabel('Evict pods with emptyDir volumes').check();
    await dialog.getByLabel('Evict unmanaged pods').check();
    await dialog.getByRole('button', { name: 'Drain 1 node' }).click();
    await expect(regions).toHaveCount(i + 1);
    await page.getByRole('button', { name: 'Clear selection' }).click();
  }

  await expect.poll(() => [opened, closed]).toEqual([names.map(name => `of-${name}`), ['of-gpu-1a-01']]);
  const first = regions.last();
  await expect(first).toContainText(/Running.*gpu-1a-01/s);
  const cancelled = page.waitForRequest(request => request.method() === 'DELETE');
  await page.route('**/operations/of-gpu-1a-01', route => route.fulfill({ status: 202, json: {} }));
  await first.getByRole('button', { name: 'Cancel operation' }).click();
  expect((await cancelled).url()).toMatch(/of-gpu-1a-01$/);
});

// The last of these: its drain moves the pod of worker-1b-01 to another node.
test('a drain waits for a PDB, survives a reload and ends when the PDB allows', async ({ console: page, host }) => {
  const name = 'worker-1b-01';
  await open(page, `/admin/nodes/${name}/drain`);
  await expect(page.getByText('Will not finish')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'payments/ledger' }).first()).toContainText('permanently blocked');

  await page.getByLabel('Timeout in seconds').fill('0');
  await page.getByRole('button', { name: `Drain ${name}` }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Drain', exact: true }).click();
  const operation = page.getByRole('region', { name: `Drain ${name}` });
  await expect(operation).toContainText('Running');
  await expect(operation).toContainText('ledger');

  await page.reload();
  await expect(operation).toContainText('Running');
  await page.getByRole('link', { name: 'Nodes' }).first().click();
  await expect(page.getByRole('region', { name: 'Drains in progress:' })).toContainText(name);
  await page.getByRole('region', { name: 'Drains in progress:' }).getByRole('link', { name }).click();

  await host.budget('payments', 'ledger', 1);
  await expect(operation).toContainText('Drained');
  await expect(page.getByRole('button', { name: `Uncordon ${name}` })).toBeVisible();
  await page.getByRole('button', { name: `Uncordon ${name}` }).click();
  await expect(page.getByRole('button', { name: `Cordon ${name}`, exact: true })).toBeVisible();
});
