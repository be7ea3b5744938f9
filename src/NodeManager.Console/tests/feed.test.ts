import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Change } from '../src/api/changes';

const refused = () => new Response('{"error":"Forbidden","message":"User \'ann\' cannot watch nodes."}', { status: 403 });
let feed: typeof import('../src/api/feed.svelte');
let answers: Response[];

// A stream that stays open.
function opened(): Response {
  return new Response(new ReadableStream({ start: stream => stream.enqueue(new TextEncoder().encode('id: 1\nevent: ready\ndata: {}\n\n')) }));
}

function listen(): { heard: Change['type'][]; stop: () => void } {
  const heard: Change['type'][] = [];
  return { heard, stop: feed.watchCluster(change => heard.push(change.type)) };
}

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(answers.shift() ?? refused())));
  feed = await import('../src/api/feed.svelte');
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('tells its listeners to read where the stream is refused, and continues when it is served', async () => {
  answers = [refused(), refused(), opened()];
  const first = listen();
  await vi.advanceTimersByTimeAsync(100);
  expect([first.heard, feed.isLive(), feed.feedProblem()?.status]).toEqual([['reset'], false, 403]);

  const second = listen();
  expect(second.heard).toEqual(['reset']);

  // The second attempt is refused as well, which tells nothing new.
  await vi.advanceTimersByTimeAsync(600);
  expect([first.heard, feed.feedProblem()?.status]).toEqual([['reset'], 403]);

  await vi.advanceTimersByTimeAsync(1000);
  expect([first.heard, second.heard, feed.isLive(), feed.feedProblem()]).toEqual([['reset', 'ready'], ['reset', 'ready'], true, null]);
});

it('waits longer after each refusal, and asks no more without listeners', async () => {
  answers = [];
  const { stop } = listen();
  await vi.advanceTimersByTimeAsync(120_000);
  const asked = vi.mocked(fetch).mock.calls.length;
  expect(asked).toBeGreaterThan(8);
  expect(asked).toBeLessThan(15);

  stop();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(vi.mocked(fetch).mock.calls.length).toBe(asked);
});
