import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiProblem, issuerHost, onSignedOut, request, useToken } from '../src/api/client';
import { follow } from '../src/api/events';

type Sent = { path: string; session: string | null; token: string | null; credentials: string | undefined };
let sent: Sent[] = [];
let isRefused = false;
let valid = false;

function serve() {
  vi.stubGlobal('document', Object.assign(new EventTarget(), { querySelector: () => ({ content: 'login.example.com' }) }));
  vi.stubGlobal('fetch', (path: string, options: RequestInit = {}) => {
    const headers = new Headers(options.headers);
    sent.push({ path, session: headers.get('X-Browser-Session'), token: headers.get('Authorization'), credentials: options.credentials });
    if (path === '/sign-in/refresh') {
      valid = !isRefused;
      return Promise.resolve(new Response(null, { status: isRefused ? 401 : 204 }));
    }

    return Promise.resolve(valid ? new Response('{"name":"ann"}') : new Response('{"error":"Unauthorized","message":"no"}', { status: 401 }));
  });
}

beforeEach(() => { sent = []; isRefused = false; valid = true; serve(); });
afterEach(() => { vi.unstubAllGlobals(); useToken(''); onSignedOut(() => {}); });

it('sends the cookie with its header where users sign in at an issuer, and no cookie with a token', async () => {
  await request('/api/v1/me');
  useToken('mine');
  await request('/api/v1/me');

  expect(issuerHost()).toBe('login.example.com');
  expect(sent).toEqual([
    { path: '/api/v1/me', session: '1', token: null, credentials: 'same-origin' },
    { path: '/api/v1/me', session: null, token: 'Bearer mine', credentials: 'omit' },
  ]);
});

it('renews the session once for all requests that were refused, and sends them again', async () => {
  valid = false;

  await Promise.all([request('/a', { method: 'POST' }), request('/b')]);

  expect(sent.filter(one => one.path === '/sign-in/refresh')).toHaveLength(1);
  expect(sent.filter(one => one.path === '/a')).toHaveLength(2);
});

it('asks for a sign-in where the session is not renewed', async () => {
  [valid, isRefused] = [false, true];
  const signedOut = vi.fn();
  onSignedOut(signedOut);

  await expect(request('/a')).rejects.toBeInstanceOf(ApiProblem);

  expect(signedOut).toHaveBeenCalledOnce();
  expect(sent.filter(one => one.path === '/a')).toHaveLength(1);
});

it('continues a stream with the renewed session', async () => {
  valid = false;
  const aborted = new AbortController();
  const connected = new Promise<void>(done => void follow('/events', () => true, aborted.signal, is => { if (is) done(); }));

  await connected;
  aborted.abort();

  expect(sent.slice(0, 3).map(one => one.path)).toEqual(['/events', '/sign-in/refresh', '/events']);
});
