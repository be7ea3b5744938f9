import { describe, expect, it } from 'vitest';
import { after, open, past, select } from '../src/alerts/alerts';
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
