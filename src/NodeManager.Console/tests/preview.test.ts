import { expect, it } from 'vitest';
import { Preview } from '../src/parts/preview.svelte';

function later() {
  let answer = (_: string) => {};
  let fail = (_: Error) => {};
  const promise = new Promise<string>((done, failed) => { answer = done; fail = failed; });
  return { ask: () => promise, answer: (value: string) => answer(value), fail: (problem: Error) => fail(problem) };
}

const shown = (preview: Preview<number, string>) => [preview.options, preview.value, (preview.problem as Error | null)?.message ?? null, preview.busy];

it('keeps the answer to the last request, with its options', async () => {
  const preview = new Preview<number, string>();
  const [first, second] = [later(), later()];
  const made = [preview.make(1, first.ask), preview.make(2, second.ask)];

  second.answer('second');
  expect(await made[1]).toBe(true);
  first.answer('first');
  expect(await made[0]).toBe(false);

  expect(shown(preview)).toEqual([2, 'second', null, false]);
});

it.each(['answer', 'failure'])('ignores the %s to former options after an edit', async kind => {
  const preview = new Preview<number, string>();
  const one = later();
  const made = preview.make(1, one.ask);

  preview.clear();
  expect(preview.busy).toBe(false);
  if (kind === 'answer') one.answer('former');
  else one.fail(new Error('former'));

  expect(await made).toBe(false);
  expect(shown(preview)).toEqual([null, null, null, false]);
});

it('has no value after a failure, and no problem after the next answer', async () => {
  const preview = new Preview<number, string>();
  await preview.make(1, () => Promise.resolve('plan'));

  expect(await preview.make(2, () => Promise.reject(new Error('no')))).toBe(false);
  expect(shown(preview)).toEqual([null, null, 'no', false]);

  await preview.make(3, () => Promise.resolve('plan'));
  expect(shown(preview)).toEqual([3, 'plan', null, false]);
});
