import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { session, start } from '../src/frame/session.svelte';

const secret = '0123456789abcdef'.repeat(4);
let sent: { path: string; body: unknown }[] = [];
let replaced: string[] = [];

function openPage(hash: string) {
  vi.stubGlobal('location', { hash, pathname: '/admin/nodes', search: '' });
  vi.stubGlobal('history', { replaceState: (_: unknown, __: string, address: string) => replaced.push(address) });
  vi.stubGlobal('document', { querySelector: () => null });
  vi.stubGlobal('sessionStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });
  vi.stubGlobal('fetch', (path: string, options: RequestInit = {}) => {
    sent.push({ path, body: typeof options.body === 'string' ? JSON.parse(options.body) : undefined });
    return Promise.resolve(new Response(path === '/sign-in' ? '{"session":"s"}' : '{"name":"ann","level":"admin"}'));
  });
}

beforeEach(() => { sent = []; replaced = []; });
afterEach(() => { vi.unstubAllGlobals(); });

it('signs in with the secret of a sign-in link, and removes it from the address', async () => {
  openPage(`#${secret}`);

  await start();

  expect(sent).toEqual([{ path: '/sign-in', body: { secret } }, { path: '/api/v1/me', body: undefined }]);
  expect(replaced).toEqual(['/admin/nodes']);
});

it.each(['', '#content', '#', `#${secret}0`, `#${secret.toUpperCase()}`])('keeps the session when the fragment is %j', async hash => {
  openPage(hash);

  await start();

  expect(sent.map(one => one.path)).toEqual(['/api/v1/me']);
  expect(session().at).toBe('signed-in');
  expect(replaced).toEqual([]);
});
