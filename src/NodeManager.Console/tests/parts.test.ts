import { describe, expect, test } from 'vitest';
import { readParts } from '../src/api/parts';

const node = (i: number) => ({ name: `node-${i}`, text: 'x'.repeat(1000) });

/** As the server writes it: a line for each 64 elements. */
function lines(count: number): string {
  let text = '';
  for (let i = 0; i < count; i++) text += `${i === 0 ? '[' : i % 64 === 0 ? '\n,' : ','}${JSON.stringify(node(i))}`;
  return count === 0 ? '[]' : `${text}]`;
}

function stream(text: string, size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return new ReadableStream({
    pull(to) {
      if (at >= bytes.length) to.close();
      else to.enqueue(bytes.slice(at, (at += size)));
    },
  });
}

async function read(text: string, size = 50_000): Promise<{ names: string[]; parts: [number, boolean][] }> {
  const names: string[] = [];
  const parts: [number, boolean][] = [];
  await readParts<{ name: string }>(stream(text, size), (items, isMore) => {
    names.push(...items.map(one => one.name));
    parts.push([items.length, isMore]);
  });
  return { names, parts };
}

describe('readParts', () => {
  test.each([0, 1, 64, 65, 300, 3000])('%i elements arrive in order', async count => {
    const { names } = await read(lines(count));
    expect(names).toEqual(Array.from({ length: count }, (_, i) => `node-${i}`));
  });

  test.each([1009, 65_536, 10_000_000])('however the text is cut: %i bytes', async size => {
    const { names } = await read(lines(1500), size);
    expect(names).toHaveLength(1500);
  });

  test('a short list is one part; a long one begins with a small part', async () => {
    expect((await read(lines(200))).parts).toEqual([[200, false]]);
    const { parts } = await read(lines(3000));
    expect(parts.length).toBeGreaterThan(2);
    expect(parts[0]![0]).toBeLessThan(500);
    expect(parts.map(([, isMore]) => isMore)).toEqual([...parts.slice(1).map(() => true), false]);
  });

  test('an array in one line is one part', async () => {
    const { names, parts } = await read(JSON.stringify(Array.from({ length: 2000 }, (_, i) => node(i))));
    expect(names).toHaveLength(2000);
    expect(parts).toHaveLength(1);
  });

  test('an array that ends early is an error', async () => {
    await expect(read(lines(300).slice(0, -20))).rejects.toThrow();
    const long = lines(3000);
    await expect(read(long.slice(0, long.lastIndexOf('\n') + 1))).rejects.toThrow();
  });
});
