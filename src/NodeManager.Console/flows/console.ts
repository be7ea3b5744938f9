import { test as base, expect, type APIRequestContext, type Page } from '@playwright/test';

/** Does what only the host of the tests can: makes links, and changes the cluster behind the console's back. */
export class Host {
  constructor(private readonly http: APIRequestContext) {}

  async link(level: 'admin' | 'viewer' = 'admin'): Promise<string> {
    return `/#${await (await this.post('link', { level })).text()}`;
  }

  /** Sets minAvailable of a PodDisruptionBudget. */
  async budget(namespace: string, name: string, minAvailable: number): Promise<void> {
    await this.post('budget', { namespace, name, min_available: minAvailable });
  }

  /** Has a node report a condition, in any words. */
  async condition(node: string, type: string, message: string): Promise<void> {
    await this.post('condition', { node, type, message });
  }

  /** Lets something go wrong on a node of the embedded cluster, or ends that. */
  async fault(kind: string, node: string, on: boolean): Promise<void> {
    await this.post('fault', { kind, node, on });
  }

  /** Installs and starts an autoscaler with one pool of two nodes. */
  async autoscaler(): Promise<void> {
    await this.post('autoscaler', {});
  }

  /** What an agent asks for; its id. */
  async agentPlan(reason: string): Promise<string> {
    return (await this.post('agent-plan', { reason })).text();
  }

  async token(): Promise<string> {
    return (await this.post('token', {})).text();
  }

  private async post(path: string, data: object) {
    const answer = await this.http.post(`/test-host/${path}`, { data });
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer;
  }
}

export const test = base.extend<{ host: Host; console: Page; api: APIRequestContext }, { session: string }>({
  host: async ({ request }, use) => { await use(new Host(request)); },

  /** The token of one sign-in for all tests. */
  session: [async ({ playwright }, use, info) => {
    const { baseURL } = info.project.use;
    const given = process.env['NODEMANAGER_SESSION'];
    if (given) {
      await use(given);
      return;
    }

    const http = await playwright.request.newContext(baseURL ? { baseURL } : {});
    const [, secret] = (await new Host(http).link()).split('#');
    const answer = await http.post('/sign-in', { data: { secret } });
    expect(answer.ok()).toBe(true);
    await use(((await answer.json()) as { session: string }).session);
    await http.dispose();
  }, { scope: 'worker' }],

  /** Another client of the API, with the session of the page. */
  api: async ({ playwright, session }, use, info) => {
    const { baseURL } = info.project.use;
    const http = await playwright.request.newContext({ ...(baseURL ? { baseURL } : {}), extraHTTPHeaders: { Authorization: `Bearer ${session}` } });
    await use(http);
    await http.dispose();
  },

  /** A page that is signed in as an administrator. Anything that the page reports as an error fails the test. */
  console: async ({ page, session }, use) => {
    const errors = watch(page);
    await page.context().addInitScript(token => {
      // Once: a test may sign out.
      if (!sessionStorage.getItem('signed-in')) localStorage.setItem('nodemanager-session', token);
      sessionStorage.setItem('signed-in', 'yes');
    }, session);
    await page.goto('/admin/nodes');
    await page.getByRole('heading', { level: 1, name: 'Nodes' }).waitFor();
    await use(page);
    expect(errors).toEqual([]);
  },
});

/** Violations of the content security policy are such errors. Answers that a test provokes are not. */
export function watch(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', error => errors.push(error.message));
  page.on('console', message => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) errors.push(message.text());
  });
  return errors;
}

/** Changes to a page of the console without loading the application again. */
export async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await expect(page.locator('main h1')).toBeVisible();
  await expect(page.getByText('Loading …')).toHaveCount(0);
}

/** Presses Tab until the element has the focus. */
export async function tabTo(page: Page, name: string | RegExp, role: 'button' | 'link' | 'textbox' | 'combobox' | 'checkbox' | 'switch' | 'searchbox' | 'spinbutton'): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: typeof name === 'string' });
  for (let i = 0; i < 120; i++) {
    if (await wanted.evaluateAll(all => all.some(one => one === document.activeElement))) return;
    await page.keyboard.press('Tab');
  }

  throw new Error(`The key Tab does not reach ${role} ${String(name)}.`);
}

export { expect };
