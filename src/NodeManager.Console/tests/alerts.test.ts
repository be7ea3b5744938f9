import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { after, open, past, select } from '../src/alerts/alerts';
import type { Change } from '../src/api/changes';
import type { Alert } from '../src/api/types';

function alert(id: string, given: Partial<Alert> = {}): Alert {
  return {
    id, sequence: 1, labels: {}, transition: 'Raised', status: 'Firing', cause: 'NotReady', severity: 'Critical', nodes: ['worker-1'], starts_at: '2026-11-21T12:00:00Z',
    updated_at: '2026-11-21T12:00:15Z', message: 'The node is not ready.', flapping: false, findings: [], ...given,
  };
}

const resolved = alert('a', { sequence: 2, status: 'Resolved', transition: 'Resolved', ends_at: '2026-11-21T13:00:00Z' });

describe('after', () => {
  it.each<[string, Alert[], Alert, Alert[]]>([
    ['adds one', [], alert('a'), [alert('a')]],
    ['replaces the same', [alert('a'), alert('b')], alert('a', { sequence: 2 }), [alert('a', { sequence: 2 }), alert('b')]],
    ['ends one', [alert('a')], resolved, [resolved]],
    ['ignores what is older', [resolved], alert('a'), [resolved]],
    ['ignores what it knows', [resolved], { ...resolved, message: 'other' }, [resolved]],
  ])('%s', (_, known, change, expected) => expect(after(known, change)).toEqual(expected));

  it('keeps a bounded number', () => {
    let all: Alert[] = [];
    for (let i = 0; i < 1010; i++) all = after(all, alert(`a${i}`));
    expect([all.length, all[0]!.id]).toEqual([1000, 'a1009']);
  });
});

const some = [
  alert('old', { severity: 'Warning', starts_at: '2026-11-21T10:00:00Z', cause: 'DiskPressure', nodes: ['gpu-1'] }),
  alert('new', { severity: 'Warning', starts_at: '2026-11-21T11:00:00Z', group: 'eu-1a', group_by: 'Zone', nodes: ['worker-1', 'worker-2'] }),
  alert('worst', { starts_at: '2026-11-21T09:00:00Z' }),
  alert('gone', { status: 'Unobserved', updated_at: '2026-11-21T14:00:00Z' }), resolved,
];

it('lists open alerts by severity, and past alerts by their end', () => {
  expect(open(some).map(one => one.id)).toEqual(['worst', 'new', 'old']);
  expect(past(some).map(one => one.id)).toEqual(['gone', 'a']);
});

it.each([['', 5], ['worker-1', 4], ['disk gpu', 1], ['EU-1A', 1], ['worker-2 disk', 0]])('%j selects %s', (text, count) => {
  expect(select(some, text)).toHaveLength(count);
});

describe('the alerts of a page', () => {
  const general = alert('a', { cause: 'Evictions', message: 'Evictions: the alert names its pods.' });
  const detailed = { ...general, message: 'Pod shop/cart-1 was evicted.' };
  let tell: (change: Change) => void;
  let page: typeof import('../src/alerts/alerts.svelte');
  let answers: (() => Promise<Response>)[];
  const list = (...alerts: Alert[]) => () => Promise.resolve(new Response(JSON.stringify({ monitoring: true, alerts })));
  const messages = () => page.allAlerts()?.alerts.map(one => one.message);

  beforeEach(async () => {
    vi.useFakeTimers();
    vi.resetModules();
    vi.doMock('../src/api/feed.svelte', () => ({ watchCluster: (listener: typeof tell) => { tell = listener; return () => {}; } }));
    answers = [];
    vi.stubGlobal('fetch', vi.fn(() => (answers.length > 1 ? answers.shift()! : answers[0]!)()));
    page = await import('../src/alerts/alerts.svelte');
    page.keepAlerts();
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.doUnmock('../src/api/feed.svelte');
    vi.unstubAllGlobals();
  });

  it('are read when the stream reports one, which names no pods', async () => {
    answers = [list(), list(detailed)];
    tell({ type: 'ready' });
    await vi.advanceTimersByTimeAsync(5000);
    expect(messages()).toEqual([]);

    tell({ type: 'alert', alert: general });
    await vi.advanceTimersByTimeAsync(0);
    expect(messages()).toEqual([detailed.message]);
  });

  it('are read once a second in a storm, and once after it', async () => {
    answers = [list(detailed)];
    for (let i = 0; i < 25; i++) {
      tell({ type: 'alert', alert: general });
      await vi.advanceTimersByTimeAsync(100);
    }

    await vi.advanceTimersByTimeAsync(10_000);
    expect(vi.mocked(fetch).mock.calls.length).toBe(4);
    expect(messages()).toEqual([detailed.message]);
  });

  it('are those of the stream where the list may not be read', async () => {
    answers = [list(), () => Promise.resolve(new Response('{"error":"Forbidden","message":"no"}', { status: 403 }))];
    tell({ type: 'ready' });
    await vi.advanceTimersByTimeAsync(5000);

    tell({ type: 'alert', alert: general });
    await vi.advanceTimersByTimeAsync(0);
    expect([messages(), page.alertsProblem()?.status]).toEqual([[general.message], 403]);
  });

  it('are read again where two readers meet', async () => {
    answers = [list(detailed)];
    page.refreshAlerts();
    tell({ type: 'ready' });
    tell({ type: 'alert', alert: general });
    await vi.advanceTimersByTimeAsync(5000);

    expect([messages(), vi.mocked(fetch).mock.calls.length]).toEqual([[detailed.message], 2]);
  });
});
