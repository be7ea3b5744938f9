import { describe, expect, it } from 'vitest';
import { problemOf } from '../src/api/client';
import { poolPath } from '../src/api/paths';
import type { Pool, PoolUpdate } from '../src/api/types';
import { match, poolAddress } from '../src/frame/routes';
import { changedFields, isLimit, mergePatch, parseSpec, phaseTone, possible } from '../src/pools/pools';

const id = '463af9d5-2a8a-4e21-a5de-15ebe463957a';

it.each([
  ['/admin/pools', { page: 'pools', provider: 'Service' }],
  ['/admin/pools/cluster', { page: 'pools', provider: 'Cluster' }],
  [`/admin/pools/${id}`, { page: 'pool', provider: 'Service', id, tab: 'overview' }],
  [`/admin/pools/cluster/${id}/update`, { page: 'pool', provider: 'Cluster', id, tab: 'update' }],
  [`/admin/pools/${id}/none`, { page: 'missing' }],
  [`/admin/pools/${id}/change/x`, { page: 'missing' }],
])('%s', (path, route) => expect(match(path)).toEqual(route));

it('parses the addresses that it creates', () => {
  expect(match(poolAddress('Cluster', id, 'change'))).toEqual({ page: 'pool', provider: 'Cluster', id, tab: 'change' });
  expect(poolPath('Cluster', id, 'update', 'plan')).toBe(`/api/v1/nodepools/${id}/update/plan?provider=Cluster`);
});

describe('problemOf', () => {
  it.each([
    [{ error: 'NodeNotFound', message: 'No node.', action: 'List them.' }, ['NodeNotFound', 'No node.', 'List them.']],
    [{ error: { code: 'NOT_FOUND', message: 'No pool.', details: 'List them.', error_id: 'NodePoolNotFound' } }, ['NodePoolNotFound', 'No pool.', 'List them.']],
    [{ error: { code: 'VALIDATION_ERROR', message: 'Validation failed', details: 'spec is missing', error_id: 'NodePoolInvalid' } }, ['NodePoolInvalid', 'spec is missing', '']],
    [null, ['', 'HTTP 500', '']],
  ])('%j', (body, expected) => {
    const problem = problemOf(500, body);
    expect([problem.id, problem.message, problem.action]).toEqual(expected);
  });
});

it.each<[PoolUpdate['status'], boolean, string[]]>([
  ['Running', false, ['pause', 'stop', 'rollback']],
  ['Running', true, ['pause', 'stop']],
  ['Paused', false, ['resume', 'stop', 'rollback']],
  ['Interrupted', false, ['resume', 'stop', 'rollback']],
  ['Completed', false, []],
  ['RolledBack', true, []],
])('an update that is %s (rollback %s) can be asked to %j', (status, rollback, expected) => {
  expect(possible({ status, rollback } as PoolUpdate)).toEqual(expected);
});

it.each([['Ready', 'Healthy', 'good'], ['Progressing', 'Unknown', 'none'], ['Ready', 'Degraded', 'warn'], ['Failed', 'Unknown', 'bad'], ['Ready', 'Unhealthy', 'bad']])(
  '%s and %s is %s', (phase, health, tone) => expect(phaseTone({ phase, health } as Pool)).toBe(tone));

it.each([['{"a":1}', { a: 1 }], ['{', 'syntax'], ['[]', 'object'], ['null', 'object'], ['3', 'object']])('reads %s', (text, expected) => expect(parseSpec(text)).toEqual(expected));

it.each([['1', true], ['25%', true], [' 3 ', true], ['', false], ['-1', false], ['1.5', false], ['a', false]])('%j is a limit: %s', (text, expected) => expect(isLimit(text)).toBe(expected));

it('names the fields that another client has changed', () => {
  const before = { count: 2, labels: { a: 'x', gone: 'y' }, zones: ['a'], same: { z: 1 } };
  const after = { count: 3, labels: { a: 'x' }, zones: ['a', 'b'], same: { z: 1 }, more: { deep: true } };
  expect(changedFields(before, after)).toEqual([
    { field: 'count', before: '2', after: '3' },
    { field: 'labels.gone', before: '"y"', after: '' },
    { field: 'more', before: '', after: '{"deep":true}' },
    { field: 'zones', before: '["a"]', after: '["a","b"]' },
  ]);
});

describe('mergePatch', () => {
  it.each([
    [{ a: 1 }, { a: 1 }, {}],
    [{ a: 1, b: 2 }, { a: 3 }, { a: 3, b: null }],
    [{ limits: { minNodes: 1, maxNodes: 3 } }, { limits: { minNodes: 2, maxNodes: 3 } }, { limits: { minNodes: 2 } }],
    [{ limits: { minNodes: 1 } }, {}, { limits: null }],
    [{}, { limits: { minNodes: 1 } }, { limits: { minNodes: 1 } }],
    // Lists are replaced as a whole.
    [{ zones: ['a', 'b'] }, { zones: ['b'] }, { zones: ['b'] }],
  ])('of %j and %j is %j', (before, after, expected) => expect(mergePatch(before, after)).toEqual(expected));
});
