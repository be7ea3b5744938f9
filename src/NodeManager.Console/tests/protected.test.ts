import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem, onProtected, request } from '../src/api/client';

function answer(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status });
}

const refusal = { error: 'ProtectedCluster', message: "Cluster 'prod' is protected.", action: '' };

describe('a change of a protected cluster', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    onProtected(() => Promise.resolve(null));
  });

  it('asks for the name once, and sends it with this change and the next', async () => {
    const sent: (string | null)[] = [];
    vi.stubGlobal('fetch', (_path: string, options: RequestInit) => {
      const name = new Headers(options.headers).get('X-Confirm-Cluster');
      sent.push(name);
      return Promise.resolve(name === 'prod' || options.method === 'GET' ? answer(200, {}) : answer(403, refusal));
    });
    let asked = 0;
    onProtected(() => Promise.resolve(asked++ === 0 ? 'other' : 'prod'));

    await request('/x', { method: 'POST' });
    await request('/x', { method: 'PUT' });
    await request('/x');

    expect(asked).toBe(2);
    expect(sent).toEqual([null, 'other', 'prod', 'prod', null]);
  });

  it('is not made without the name', async () => {
    vi.stubGlobal('fetch', () =>
      Promise.resolve(answer(403, refusal)));

    await expect(request('/x', { method: 'DELETE' })).rejects.toBeInstanceOf(ApiProblem);
  });
});
