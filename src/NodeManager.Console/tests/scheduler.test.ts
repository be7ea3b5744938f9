import { describe, expect, it } from 'vitest';
import { changes, read } from '../src/scheduler/arguments';
import { byPoint } from '../src/scheduler/change';
import { diff, fold } from '../src/scheduler/diff';

describe('arguments', () => {
  it.each([
    ['', { problem: 'empty' }], ['{', { problem: 'syntax' }], ['[1]', { problem: 'object' }], ['null', { problem: 'object' }], ['3', { problem: 'object' }],
    ['{"a": 1}', { arguments: { a: 1 } }],
  ])('reads %j', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each([
    [{}, {}, {}],
    [{ a: 1 }, { a: 1 }, {}],
    [{ a: 1, b: 2 }, { a: 1 }, { b: null }],
    [{ a: 1 }, { a: 2, c: true }, { a: 2, c: true }],
    [{ a: { x: [1, 2], y: 1 } }, { a: { y: 1, x: [1, 2] } }, {}],
    [{ a: { x: [1, 2] } }, { a: { x: [2, 1] } }, { a: { x: [2, 1] } }],
    [{ a: {} }, { a: [] }, { a: [] }],
    [{ a: null }, { a: null }, {}],
  ])('sends from %j to %j only what differs', (before, now, expected) => {
    expect(changes(before, now)).toEqual(expected);
  });
});

it('lists each plugin once per extension point', () => {
  expect(byPoint(['filter', 'score'], { filter: ['A', 'B'] }, { filter: ['B', '*', 'C'], score: ['A'] }, { filter: ['A', 'B', 'C', 'D'], score: ['A', 'D'] })).toEqual([
    { point: 'filter', enabled: ['A', 'B'], disabled: ['C'], others: ['D'] },
    { point: 'score', enabled: [], disabled: ['A'], others: ['D'] },
  ]);
});

describe('diff', () => {
  const write = (lines: ReturnType<typeof diff>) => lines.map(line => `${{ same: ' ', removed: '-', added: '+' }[line.kind]}${line.text}`).join('\n');

  it.each([
    ['', '', ''],
    ['a\nb\n', 'a\nb\n', ' a\n b'],
    ['a\nb\nc\n', 'a\nc\n', ' a\n-b\n c'],
    ['a\nc\n', 'a\nb\nc\n', ' a\n+b\n c'],
    ['a\nx\nc\n', 'a\ny\nc\n', ' a\n-x\n+y\n c'],
    ['', 'a\n', '+a'],
    ['a\na\nb\n', 'a\nb\nb\n', ' a\n-a\n+b\n b'],
  ])('of %j and %j', (before, after, expected) => {
    expect(write(diff(before, after))).toBe(expected);
  });

  it('restores both texts', () => {
    // A small generator, so that a failure repeats.
    let seed = 7;
    const next = () => (seed = (seed * 16_807) % 2_147_483_647);
    for (let round = 0; round < 200; round++) {
      const text = () => Array.from({ length: next() % 12 }, () => `${'abc'[next() % 3]}\n`).join('');
      const [before, after] = [text(), text()];
      const lines = diff(before, after);
      expect(lines.filter(line => line.kind !== 'added').map(line => `${line.text}\n`).join('')).toBe(before);
      expect(lines.filter(line => line.kind !== 'removed').map(line => `${line.text}\n`).join('')).toBe(after);
    }
  });

  it('folds equal lines', () => {
    const before = Array.from({ length: 20 }, (_, i) => `${i}`).join('\n');
    expect(fold(diff(before, before.replace('10', 'x')), 1)).toEqual([
      { kind: 'folded', count: 9 }, { kind: 'same', text: '9' }, { kind: 'removed', text: '10' }, { kind: 'added', text: 'x' }, { kind: 'same', text: '11' },
      { kind: 'folded', count: 8 },
    ]);
  });
});
