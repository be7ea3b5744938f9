import { expect, open, tabTo, test, watch } from './console';

const nodesPath = /\/streamspace-node-manager\/nodes\?/;

test('a link signs in once, and leaves the address bar', async ({ page, host, browser }) => {
  const link = await host.link();
  await page.goto(link);
  await expect(page.getByRole('heading', { level: 1, name: 'Nodes' })).toBeVisible();
  expect(page.url()).not.toContain('#');

  const other = await (await browser.newContext()).newPage();
  await other.goto(new URL(link, page.url()).href);
  await expect(other.getByRole('alert')).toContainText('used already');
  await other.context().close();

  await page.getByText('local-admin').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
});

test('a viewer signs in with a token and sees no controls for changes', async ({ page, host }) => {
  const errors = watch(page);
  await page.goto('/admin/nodes');
  await page.getByLabel('Token').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('not signed in');
  await page.getByLabel('Token').fill(await host.token());
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('link', { name: 'worker-1b-01', exact: true })).toBeVisible();
  await expect(page.getByRole('checkbox')).toHaveCount(0);
  await page.getByRole('button', { name: 'Actions for worker-1b-01' }).click();
  await expect(page.getByRole('menuitem', { name: 'Copy name' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: /^(Cordon|Drain)/ })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'worker-1b-01', exact: true }).click();
  await page.getByRole('link', { name: 'Labels' }).first().click();
  await expect(page.getByRole('cell', { name: 'kubernetes.io/hostname' })).toBeVisible();
  await expect(page.getByRole('button', { name: /Set label|Remove/ })).toHaveCount(0);
  await page.getByRole('link', { name: 'Scheduler' }).click();
  await expect(page.getByRole('switch', { name: 'ImageLocality in score' })).toBeDisabled();
  expect(errors).toEqual([]);
});

test('nodes are counted, filtered and sorted', async ({ console: page }) => {
  const rows = page.locator('tbody tr:not(.space)');
  await expect(page.getByRole('region', { name: 'Cluster health' })).toContainText(/\d+ of 12 nodes ready/);
  await page.getByRole('button', { name: 'Node resources' }).click();
  await expect(page.getByRole('region', { name: 'Cluster health' })).toContainText('allocatable of');
  await expect(rows).toHaveCount(12);
  await page.getByLabel('Filter').fill('topology.kubernetes.io/zone=eu-central-1b worker-');
  await expect(page.getByText('2 of 12 nodes', { exact: true })).toBeVisible();
  await page.getByLabel('Filter').fill('nothing-like-this');
  await page.getByRole('button', { name: 'Clear filter' }).click();
  await page.getByRole('button', { name: 'Name' }).click();
  await expect(rows.first()).toContainText('worker-1c-01');
  await page.getByRole('button', { name: 'CPU' }).click();
  const shares = (await page.locator('tbody tr td:nth-child(7)').allInnerTexts()).map(text => Number.parseInt(text, 10)).filter(share => !Number.isNaN(share));
  expect(shares).toEqual([...shares].sort((a, b) => b - a));
  await expect(page.getByRole('columnheader', { name: 'CPU' })).toHaveAttribute('aria-sort', 'descending');
});

test('the list reports that it is empty, loading or failing, and recovers', async ({ console: page }) => {
  await page.route(nodesPath, route => route.fulfill({ json: [] }));
  await page.reload();
  await expect(page.getByText('The cluster has no nodes.')).toBeVisible();

  let answer = () => {};
  await page.unroute(nodesPath);
  await page.route(nodesPath, route => new Promise<void>(done => { answer = () => done(route.continue()); }));
  const asked = page.waitForRequest(nodesPath);
  await page.reload();
  await asked;
  await expect(page.getByText('Loading …')).toBeVisible();
  answer();
  await expect(page.getByRole('link', { name: 'worker-1b-01', exact: true })).toBeVisible();

  await page.unroute(nodesPath);
  await page.route(nodesPath, route => route.fulfill({ status: 502, json: { error: 'X', message: 'The API server is away.', action: 'Wait.' } }));
  await page.reload();
  await expect(page.getByRole('alert')).toContainText('The API server is away.');
  await expect(page.getByRole('button', { name: 'Retry' })).toBeVisible();
  await page.unroute(nodesPath);
  await expect(page.getByRole('link', { name: 'worker-1b-01', exact: true })).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a session that ends asks for a token over the page, which then continues', async ({ console: page, host }) => {
  await page.route('**/api/v1/events', route => route.fulfill({ status: 401, json: { error: 'Unauthorized', message: 'Sign in.' } }));
  await page.reload();
  const question = page.getByRole('dialog', { name: 'The session has ended' });
  await expect(question).toBeVisible();
  await expect(page.locator('main#content h1')).toHaveText('Nodes');
  await expect(page.getByText('HTTP 401')).toHaveCount(0);

  await page.unroute('**/api/v1/events');
  await question.getByLabel('Token').fill(await host.token());
  const stream = page.waitForResponse(answer => answer.url().endsWith('/api/v1/events') && answer.ok());
  await question.getByRole('button', { name: 'Sign in' }).click();
  await stream;
  await expect(question).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'worker-1b-01', exact: true })).toBeVisible();
});

const ended = { status: 401, json: { error: 'Unauthorized', message: 'Sign in.' } };

test('a dialog that is open when the session ends continues after the sign-in', async ({ console: page, session }) => {
  await page.getByLabel('Select worker-1a-01').check();
  await page.getByRole('region', { name: 'Actions for the selection' }).getByRole('button', { name: 'Labels …' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Labels of 1 node' });
  await dialog.getByLabel('Key').fill('example.com/rack');
  await page.route('**/nodes/changes', route => route.fulfill(ended), { times: 1 });
  await dialog.getByRole('button', { name: 'Show the effect' }).click();
  const question = page.getByRole('dialog', { name: 'The session has ended' });
  await expect(question.getByLabel('Token')).toBeFocused();
  for (let i = 0; i < 3; i++) await page.keyboard.press('Escape');
  await question.getByRole('heading').click();
  await page.keyboard.press('Escape');
  await question.getByLabel('Token').click();
  await page.keyboard.type(session);
  await question.getByRole('button', { name: 'Sign in' }).click();
  await expect(question).toHaveCount(0);
  await expect(dialog.getByLabel('Key')).toHaveValue('example.com/rack');
  await dialog.getByRole('button', { name: 'Show the effect' }).click();
  await expect(dialog.getByRole('status')).toContainText('1 node changes');
});

test('the palette continues after a session that ended', async ({ console: page, session }) => {
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Find' });
  await page.route('**/api/v1/pods?*', route => route.fulfill(ended), { times: 1 });
  await page.keyboard.type('worker-1c');
  const question = page.getByRole('dialog', { name: 'The session has ended' });
  await expect(question.getByLabel('Token')).toBeFocused();
  await page.keyboard.press('Control+k');
  await page.keyboard.type(session);
  await question.getByRole('button', { name: 'Sign in' }).click();
  await expect(question).toHaveCount(0);
  await expect(palette.getByRole('combobox')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'worker-1c-01' })).toBeVisible();
});

test('5,000 nodes are scrolled with wheel and keyboard', async ({ console: page }) => {
  let one: { name: string } | undefined;
  await page.route(nodesPath, async route => {
    const query = new URL(route.request().url()).searchParams;
    const after = query.get('after');
    const start = after ? Number(after.slice('node-'.length)) + 1 : 0;
    one ??= (await (await route.fetch()).json() as { name: string }[])[0]!;
    const length = Math.min(Number(query.get('limit')), 5000 - start);
    await route.fulfill({ json: Array.from({ length }, (_, i) => ({ ...one, name: `node-${start + i}` })) });
  });
  await page.reload();
  await expect(page.getByText('5,000 of 5,000 nodes', { exact: true })).toBeVisible();
  expect(await page.locator('tbody tr').count()).toBeLessThan(70);
  await page.evaluate(() => scrollTo(0, 120_000));
  // What stands for the rows that are not shown takes no columns.
  expect(await page.locator('table.nodes').evaluate((table: HTMLTableElement) => table.rows[5]!.cells[1]!.offsetWidth)).toBeGreaterThan(200);
  await expect(page.getByRole('link', { name: 'node-3750', exact: true })).toBeAttached();
  await page.evaluate(() => scrollTo(0, 0));
  await page.getByRole('link', { name: 'node-0', exact: true }).focus();
  for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('link', { name: 'node-40', exact: true })).toBeFocused();
  await page.keyboard.press('End');
  await expect(page.getByRole('link', { name: 'node-4999', exact: true })).toBeFocused();
  await expect(page.getByRole('link', { name: 'node-4999', exact: true })).toBeInViewport();
  await page.keyboard.press('Home');
  await expect(page.getByRole('link', { name: 'node-0', exact: true })).toBeFocused();
});

test('a change of another client appears automatically', async ({ console: page, api }) => {
  const row = page.getByRole('row', { name: /memory-1b-01/ });
  await expect(row).toContainText('Ready');
  expect((await api.post('/api/plugins/streamspace-node-manager/nodes/memory-1b-01/cordon')).ok()).toBe(true);
  await expect(row).toContainText('Cordoned');
  expect((await api.post('/api/plugins/streamspace-node-manager/nodes/memory-1b-01/uncordon')).ok()).toBe(true);
  await expect(row).not.toContainText('Cordoned');
});

test('a node is cordoned and uncordoned with the keyboard', async ({ console: page }) => {
  await page.getByLabel('Filter').fill('worker-1c-01');
  await expect(page.getByText('1 of 12 nodes', { exact: true })).toBeVisible();
  const row = page.getByRole('row', { name: /worker-1c-01/ });
  for (const cordoned of [true, false]) {
    await tabTo(page, 'Actions for worker-1c-01', 'button');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('menuitem', { name: `${cordoned ? 'Cordon' : 'Uncordon'} worker-1c-01` })).toBeFocused();
    await page.keyboard.press('Enter');
    if (cordoned) await expect(row).toContainText('Cordoned');
    else await expect(row).not.toContainText('Cordoned');
  }
});

test('several nodes are labeled after their preview, and a value that changed meanwhile is kept', async ({ console: page, api }) => {
  const key = 'example.com/team';
  const set = (name: string, value: string) => api.put(`/api/plugins/streamspace-node-manager/nodes/${name}/labels`, { data: { key, value } });
  await set('worker-1c-01', 'ann');
  await page.getByLabel('Filter').fill('worker-1');
  await page.getByLabel('Select all shown nodes').check();
  await page.getByLabel('Filter').fill('worker-1c');
  const bar = page.getByRole('region', { name: 'Actions for the selection' });
  await expect(bar).toContainText(/5 nodes selected.*4 not shown/);
  await bar.getByRole('button', { name: 'Labels …' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Labels of 5 nodes' });
  await dialog.getByLabel('Key').fill('not valid!');
  await dialog.getByRole('button', { name: 'Show the effect' }).click();
  await expect(dialog.getByRole('alert')).toContainText('Nothing was changed');
  await dialog.getByLabel('Key').fill(key);
  await dialog.getByLabel('Value').fill('platform');
  await dialog.getByRole('button', { name: 'Show the effect' }).click();
  await expect(dialog.getByRole('status')).toContainText('5 nodes change');
  await expect(dialog.getByRole('status')).toContainText('1 value is replaced');
  await expect(dialog.getByRole('row', { name: /worker-1c-01/ })).toContainText('ann → platform');

  await set('worker-1b-01', 'bob');
  await dialog.getByRole('button', { name: 'Change 5 nodes' }).click();
  await expect(dialog.getByRole('status')).toContainText('1 node was not changed');
  await expect(dialog.getByRole('row', { name: /worker-1b-01/ })).toContainText("was absent and is 'bob' now");
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByLabel('Filter').fill(`${key}=platform`);
  await expect(page.getByText('4 of 12 nodes', { exact: true })).toBeVisible();

  await bar.getByRole('button', { name: 'Labels …' }).click();
  await dialog.getByLabel('Change').selectOption('Remove');
  await dialog.getByLabel('Key').fill(key);
  await dialog.getByRole('button', { name: 'Show the effect' }).click();
  await dialog.getByRole('button', { name: 'Change 5 nodes' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText('0 of 12 nodes', { exact: true })).toBeVisible();
  await bar.getByRole('button', { name: 'Clear selection' }).click();
  await expect(bar).toHaveCount(0);
});

test('search, order and columns are in the address and come back with Back', async ({ console: page }) => {
  await page.keyboard.press('/');
  await expect(page.getByLabel('Filter')).toBeFocused();
  await page.keyboard.type('zone:1a -status:cordoned');
  await page.getByRole('button', { name: 'Memory', exact: true }).click();
  await page.getByText('Columns', { exact: true }).click();
  await page.getByRole('checkbox', { name: 'Address' }).check();
  await page.getByRole('button', { name: 'Move Address up' }).click();
  await page.getByText('Columns', { exact: true }).click();
  await expect(page).toHaveURL(/q=zone%3A1a\+-status%3Acordoned&sort=-memory&columns=status%2Croles%2Czone%2Cversion%2Ccpu%2Cmemory%2Cpods%2Caddress%2Cage/);
  const names = () => page.locator('tbody th a').allInnerTexts();
  const before = await names();
  expect(before.length).toBeGreaterThan(1);
  await page.getByRole('link', { name: before[0]!, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: before[0]! })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('columnheader', { name: 'Memory' })).toHaveAttribute('aria-sort', 'descending');
  await expect(page.getByLabel('Filter')).toHaveValue('zone:1a -status:cordoned');
  expect(await names()).toEqual(before);
  await page.evaluate(() => localStorage.removeItem('nodemanager-columns'));
});

test('the palette finds nodes and pods, and the keys of a row act on it', async ({ console: page }) => {
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Find' });
  await expect(palette.getByRole('combobox')).toBeFocused();
  await page.keyboard.type('worker-1c');
  await expect(palette.getByRole('option', { name: /^worker-1c-01/ })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'worker-1c-01' })).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('kube-system/kube-proxy');
  await expect(palette.getByRole('option', { name: /kube-proxy/ }).first()).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/pods\?pod=kube-system%2Fkube-proxy-/);

  await page.getByRole('link', { name: 'Nodes' }).first().click();
  await page.getByRole('link', { name: 'worker-1a-01', exact: true }).focus();
  await page.keyboard.press('j');
  await expect(page.getByRole('link', { name: 'worker-1a-02', exact: true })).toBeFocused();
  await page.keyboard.press('k');
  await page.keyboard.press('c');
  const dialog = page.getByRole('alertdialog', { name: 'Cordon 1 node' });
  await expect(dialog.getByRole('row', { name: /worker-1a-01/ })).toContainText('Cordoned');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toContainText('Find anything');
});

test('the palette lists two alerts with the same message', async ({ console: page }) => {
  await page.route('**/api/v1/alerts', async route => {
    const answer = await (await route.fetch()).json() as { alerts: object[] };
    const alert = { ...answer.alerts[0], status: 'Firing', message: 'The same twice.' };
    await route.fulfill({ json: { ...answer, alerts: [{ ...alert, id: 'a' }, { ...alert, id: 'b' }] } });
  });
  await page.reload();
  await expect(page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Alerts' })).toContainText('2 open');
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Find' });
  await expect(palette.getByRole('option', { name: 'The same twice.' })).toHaveCount(2);
  await page.keyboard.type('twice');
  await expect(palette.getByRole('option')).toHaveCount(2);
});

test('a label is set and removed with the keyboard', async ({ console: page }) => {
  await open(page, '/admin/nodes/worker-1c-01');
  await tabTo(page, 'Labels', 'link');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Key', 'textbox');
  await page.keyboard.type('example.com/rack');
  await page.keyboard.press('Tab');
  await page.keyboard.type('not valid!');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('Nothing was changed');
  await tabTo(page, 'Value', 'textbox');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('r1');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('row', { name: /example.com\/rack r1/ })).toBeVisible();
  await tabTo(page, 'Remove label example.com/rack', 'button');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alertdialog')).toContainText('no longer scheduled');
  await tabTo(page, 'Remove', 'button');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('row', { name: /example.com\/rack/ })).toHaveCount(0);
});

test('a label that another client has changed since is not overwritten', async ({ console: page, api }) => {
  const labels = '/api/plugins/streamspace-node-manager/nodes/worker-1c-01/labels';
  const set = (value: string) => api.put(labels, { data: { key: 'example.com/owner', value } });
  await set('ann');
  await open(page, '/admin/nodes/worker-1c-01/labels');
  await page.getByRole('button', { name: 'Edit label example.com/owner' }).click();
  await page.getByLabel('Value').fill('carl');
  await set('bob');
  await expect(page.getByRole('row', { name: /example.com\/owner bob/ })).toBeVisible();

  await page.getByRole('button', { name: 'Set label' }).click();
  await expect(page.getByRole('alert')).toContainText("it was 'ann' and is 'bob' now. Nothing was changed.");
  await expect(page.getByRole('row', { name: /example.com\/owner bob/ })).toBeVisible();
  // Who has read that decides again.
  await page.getByRole('button', { name: 'Set label' }).click();
  await expect(page.getByRole('row', { name: /example.com\/owner carl/ })).toBeVisible();

  await page.getByRole('button', { name: 'Remove label example.com/owner' }).click();
  await set('bob');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('alert')).toContainText("it was 'carl' and is 'bob' now.");
  expect((await api.delete(`${labels}/example.com/owner`)).ok()).toBe(true);
});

test('a taint is set and removed; NoExecute asks for confirmation', async ({ console: page }) => {
  await open(page, '/admin/nodes/gpu-1b-01/taints');
  await page.getByLabel('Key').fill('example.com/maintenance');
  await page.getByLabel('Effect').selectOption('NoExecute');
  await page.getByRole('button', { name: 'Set taint' }).click();
  await expect(page.getByRole('alertdialog')).toContainText('does not respect PodDisruptionBudgets');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  await page.getByLabel('Effect').selectOption('NoSchedule');
  await page.getByRole('button', { name: 'Set taint' }).click();
  await expect(page.getByRole('row', { name: /example.com\/maintenance NoSchedule/ })).toBeVisible();
  await page.getByRole('button', { name: 'Remove taint example.com/maintenance:NoSchedule' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('row', { name: /example.com\/maintenance/ })).toHaveCount(0);
});

test('the page of a missing node reports it', async ({ console: page }) => {
  await open(page, '/admin/nodes/none');
  await expect(page.getByRole('alert')).toContainText('none');
  await page.goto('/admin/nothing');
  await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
});

test('a node shows its usage from before the page was opened', async ({ console: page }) => {
  const history = page.waitForResponse(/\/nodes\/worker-1a-01\/usage$/);
  await open(page, '/admin/nodes/worker-1a-01');
  const samples = (await (await history).json()) as { at: string; cpu_percent: number }[];
  expect(samples.length).toBeGreaterThan(0);
  expect(Date.parse(samples[0]!.at)).toBeLessThan(Date.now());
  await expect(page.getByRole('img', { name: 'Usage over time' })).toBeVisible();
});

test('a pod shows its containers, budgets, events, log and YAML, and a missing right is named', async ({ console: page, api }) => {
  // Drains of other flows move it.
  const [pod] = (await (await api.get('/api/v1/pods?search=payments/ledger-&limit=1')).json()) as { node: string; name: string }[];
  await open(page, `/admin/nodes/${pod!.node}`);
  const pods = page.getByRole('table', { name: 'Pods' });
  await pods.getByRole('button', { name: pod!.name }).click();
  const panel = page.getByRole('complementary', { name: /^Pod ledger-/ });
  await expect(panel).toContainText('running');
  await expect(panel).toContainText(/ledger\s*minAvailable/);
  await expect(page).toHaveURL(/pod=payments%2Fledger-/);
  await panel.getByRole('heading', { level: 2 }).press('l');
  await expect(panel.getByRole('region', { name: 'Log' }).locator('pre')).not.toBeEmpty();
  await panel.getByRole('button', { name: 'YAML' }).click();
  await expect(panel.getByLabel('YAML', { exact: true })).toContainText('kind: Pod');
  await expect(panel.getByLabel('YAML', { exact: true })).not.toContainText('managedFields');

  const refusal = { error: 'Forbidden', message: 'User "ann" cannot get resource "pods/log" in namespace "payments".', action: '' };
  await page.route('**/log?*', route => route.fulfill({ status: 403, json: refusal }));
  await panel.getByRole('button', { name: 'Read again' }).click();
  await expect(panel.getByRole('alert')).toContainText('cannot get resource "pods/log"');
  await page.reload();
  await expect(panel).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await page.getByRole('button', { name: 'YAML' }).click();
  await expect(page.getByLabel('YAML', { exact: true })).toContainText('kind: Node');
});
