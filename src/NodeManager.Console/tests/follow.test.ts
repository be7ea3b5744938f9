import { afterEach, expect, it, vi } from 'vitest';
import { ApiProblem, credentialsChanged, onSignedOut, request } from '../src/api/client';
import { follow } from '../src/api/events';
import type { OperationEvent } from '../src/api/types';
import { after, nothingYet } from '../src/operations/followed';

afterEach(() => vi.unstubAllGlobals());

function stream(text: string): Response {
  return new Response(text, { status: 200 });
}

it('continues a stream after a new sign-in where its session has ended', async () => {
  const sent: string[] = [];
  const answers = [stream('id: 7\ndata: a\n\n'), new Response('{"error":"Unauthorized","message":"no"}', { status: 401 }), stream('id: 8\ndata: b\n\n')];
  vi.stubGlobal('fetch', vi.fn((_: string, options: RequestInit) => {
    sent.push((options.headers as Record<string, string>)['Last-Event-ID'] ?? '');
    return Promise.resolve(answers.shift()!);
  }));
  const signedOut = vi.fn();
  onSignedOut(signedOut);
  const seen: string[] = [];

  const following = follow('/events', event => { seen.push(event.data); return event.data !== 'b'; }, new AbortController().signal);
  await vi.waitFor(() => expect(signedOut).toHaveBeenCalledOnce(), { timeout: 5000 });
  expect(seen).toEqual(['a']);
  credentialsChanged();
  await following;

  expect([seen, sent]).toEqual([['a', 'b'], ['', '7', '7']]);
});

it('closes its connection while the tab is hidden for long, and continues where it was', async () => {
  vi.useFakeTimers();
  const tab = Object.assign(new EventTarget(), { visibilityState: 'visible', querySelector: () => null });
  vi.stubGlobal('document', tab);
  const turn = (state: string) => { tab.visibilityState = state; tab.dispatchEvent(new Event('visibilitychange')); };
  const sent: { after: string; signal: AbortSignal }[] = [];
  vi.stubGlobal('fetch', vi.fn((_: string, { headers, signal }: RequestInit) => {
    sent.push({ after: (headers as Record<string, string>)['Last-Event-ID'] ?? '', signal: signal! });
    const text = `id: ${sent.length}\ndata: ${sent.length}\n\n`;
    return Promise.resolve(new Response(new ReadableStream({
      start: opened => {
        opened.enqueue(new TextEncoder().encode(text));
        signal!.addEventListener('abort', () => opened.error(signal!.reason));
      },
    })));
  }));
  const seen: string[] = [];
  const connections: boolean[] = [];
  const stop = new AbortController();
  const following = follow('/events', event => { seen.push(event.data); }, stop.signal, connected => connections.push(connected));

  turn('hidden');
  await vi.advanceTimersByTimeAsync(20_000);
  turn('visible');
  await vi.advanceTimersByTimeAsync(60_000);
  expect([sent.length, sent[0]!.signal.aborted]).toEqual([1, false]);

  turn('hidden');
  await vi.advanceTimersByTimeAsync(40_000);
  expect([sent.length, sent[0]!.signal.aborted, seen]).toEqual([1, true, ['1']]);

  turn('visible');
  await vi.advanceTimersByTimeAsync(0);
  expect([sent.length, sent[1]!.after, seen, connections]).toEqual([2, '1', ['1', '2'], [true, true]]);

  stop.abort();
  await following;
  vi.useRealTimers();
});

it('ends with the words of the server where it does not know the stream', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('{"error":"OperationNotFound","message":"Operation \'x\' does not exist."}', { status: 404 })));

  const problem = await follow('/events', () => true, new AbortController().signal).catch((failure: unknown) => failure) as ApiProblem;

  expect([problem.status, problem.id, problem.message]).toEqual([404, 'OperationNotFound', "Operation 'x' does not exist."]);
});

it('stops waiting for a change that the server does not answer', async () => {
  vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => AbortSignal.abort(new DOMException('late', 'TimeoutError')));
  vi.stubGlobal('fetch', (_: string, options: RequestInit) => options.signal!.aborted ? Promise.reject(options.signal!.reason as Error) : Promise.resolve(new Response('{}')));

  const problem = await request('/x', { method: 'POST' }).catch((failure: unknown) => failure) as ApiProblem;

  expect([problem.status, problem.id]).toEqual([0, 'ChangeUnanswered']);
});

it('shows a message once that another server reports again', () => {
  const event = (sequence: number, text: string) => ({ sequence, at: '', type: 'warning', text }) as OperationEvent;

  const known = [event(3, 'a'), event(4, 'b'), event(1, 'a'), event(4, 'c')].reduce(after, nothingYet);

  expect(known.messages.map(one => [one.sequence, one.text])).toEqual([[1, 'a'], [4, 'c']]);
});
