import { describe, expect, it } from 'vitest';
import { EventParser, pauseAfter } from '../src/api/events';
import { baseOf, nodePath } from '../src/api/paths';
import type { Operation } from '../src/api/types';
import { match, nodeAddress } from '../src/frame/routes';
import { en } from '../src/lang/en';
import { zh } from '../src/lang/zh';
import { after, drains, nothingYet } from '../src/operations/followed';

describe('match', () => {
  it.each([
    ['/', { page: 'nodes' }],
    ['/admin', { page: 'nodes' }],
    ['/admin/nodes/', { page: 'nodes' }],
    ['/admin/nodes/worker-1', { page: 'node', name: 'worker-1', tab: 'overview' }],
    ['/admin/nodes/worker-1/drain', { page: 'node', name: 'worker-1', tab: 'drain' }],
    ['/admin/nodes/worker-1/none', { page: 'missing' }],
    ['/admin/nodes/worker-1/drain/x', { page: 'missing' }],
    ['/admin/nodes/%zz', { page: 'node', name: '%zz', tab: 'overview' }],
    ['/admin/scheduler', { page: 'scheduler', tab: 'plugins' }],
    ['/admin/scheduler/revisions', { page: 'scheduler', tab: 'revisions' }],
    ['/admin/scheduler/none', { page: 'missing' }],
    ['/admin/none', { page: 'missing' }],
    // The start of the console below a path prefix.
    ['/none', { page: 'nodes' }],
    ['/clusters/team%2Fstaging/admin/nodes/worker-1', { page: 'node', name: 'worker-1', tab: 'overview' }],
    ['/clusters/staging', { page: 'nodes' }],
    ['/clusters/admin/admin/nodes/worker-1', { page: 'node', name: 'worker-1', tab: 'overview' }],
  ])('%s', (path, route) => {
    expect(match(path)).toEqual(route);
  });

  it('parses the addresses that it creates', () => {
    expect(match(nodeAddress('a b/c', 'pods'))).toEqual({ page: 'node', name: 'a b/c', tab: 'pods' });
  });
});

it('finds the cluster of an address', () => {
  expect(['/clusters/team%2Fstaging/admin/nodes', '/clusters/staging', '/admin/nodes', '/'].map(baseOf)).toEqual(['/clusters/team%2Fstaging', '/clusters/staging', '', '']);
  expect(['/clusters/admin/admin/nodes', '/clusters/admin/admin', '/clusters/admin/', '/clusters/admin'].map(baseOf)).toEqual(Array(4).fill('/clusters/admin'));
  expect(['/ops/clusters/admin/admin/nodes', '/ops/clusters/admin/admin/nodes/admin', '/admin/nodes/admin'].map(baseOf)).toEqual(['/ops/clusters/admin', '/ops/clusters/admin', '']);
  expect(['/ops/console/', '/ops/console', '/ops/console/admin', '/ops/clusters/staging/admin/nodes/admin'].map(baseOf)).toEqual(['/ops/console', '/ops/console', '/ops/console', '/ops/clusters/staging']);
});

it('keeps the slash of keys and encodes other characters', () => {
  expect(nodePath('n', 'labels', 'example.com/a b')).toBe('/api/plugins/streamspace-node-manager/nodes/n/labels/example.com/a%20b');
});

describe('EventParser', () => {
  const stream = 'id: 1\nevent: progress\ndata: {"a":1}\n\n: comment\nid: 2\r\ndata: x\r\ndata: y\r\n\r\nid: 3\ndata: z\n\n';
  const events = [{ id: '1', type: 'progress', data: '{"a":1}' }, { id: '2', type: 'message', data: 'x\ny' }, { id: '3', type: 'message', data: 'z' }];

  it('returns the same events for any chunks of the stream', () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      const parser = new EventParser();
      expect([...parser.push(stream.slice(0, cut)), ...parser.push(stream.slice(cut))]).toEqual(events);
    }
  });

  it('does not return an incomplete event', () => {
    expect(new EventParser().push('data: x\n')).toEqual([]);
  });
});

it('waits longer after each failure, up to a limit', () => {
  expect([0, 1, 2, 3, 20].map(pauseAfter)).toEqual([500, 500, 1000, 2000, 15_000]);
});

describe('a followed operation', () => {
  const at = '2026-01-01T00:00:00Z';

  it('keeps the last progress of each key, and all other events in order', () => {
    const known = [
      { sequence: 1, at, type: 'progress', progress: { key: 'n', activity: 'Drain', status: '1 of 3', percent: 33 } },
      { sequence: 2, at, type: 'warning', text: 'careful' },
      { sequence: 3, at, type: 'progress', progress: { key: 'n', activity: 'Drain', status: '2 of 3', percent: 66 } },
      { sequence: 4, at, type: 'failure', failure: { error: 'X', message: 'no', action: 'do' } },
      { sequence: 5, at, type: 'result', result: { status: 'Drained' } },
      { sequence: 6, at, type: 'end', state: 'Failed' as const },
    ].reduce(after, nothingYet);
    expect(known.progress.map(one => one.status)).toEqual(['2 of 3']);
    expect(known.messages).toEqual([{ sequence: 2, text: 'careful', kind: 'warning' }, { sequence: 4, text: 'no', kind: 'failure', action: 'do' }]);
    expect(known.results).toEqual([{ status: 'Drained' }]);
    expect(known.state).toBe('Failed');
  });

  it('keeps the latest 200 messages', () => {
    const known = Array.from({ length: 500 }, (_, i) => ({ sequence: i, at, type: 'message', text: `${i}` })).reduce(after, nothingYet);
    expect([known.messages.length, known.messages[0]?.text]).toEqual([200, '300']);
  });

  it.each([["worker-1 in cluster 'prod'", 'worker-1', true], ["worker-1, worker-2 in cluster 'a'", 'worker-2', true], ["worker-10 in cluster 'prod'", 'worker-1', false]])(
    '%s drains %s: %s', (target, node, expected) => {
      expect(drains({ kind: 'NodeDrain', target } as Operation, node)).toBe(expected);
    });
});

describe('languages', () => {
  const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

  it('have the same keys and the same placeholders', () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
    for (const key of Object.keys(en) as (keyof typeof en)[]) expect([key, placeholders(zh[key])]).toEqual([key, placeholders(en[key])]);
  });

  it('are translated', () => {
    const same = (Object.keys(en) as (keyof typeof en)[]).filter(key => zh[key] === en[key]);
    // Examples of what the API and a shell take are the same in each language.
    expect(same).toEqual(['cpu', 'pod', 'silence.causesHint', 'maintenance.commandExample']);
  });
});
