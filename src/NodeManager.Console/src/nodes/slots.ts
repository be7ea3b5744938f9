/**
 * The slot of each shown row, by the row's name. Rows that are still shown keep theirs, and others take those that became free, in their order: a slot is
 * an element of the page, whose texts change sooner than another is made.
 * @param kept a row whose slot no other takes, as the focus is in it
 */
export function takeSlots(before: ReadonlyMap<string, number>, names: readonly string[], kept?: string): Map<string, number> {
  const shown = new Set(names);
  const free = [...before].flatMap(([name, slot]) => (shown.has(name) || name === kept ? [] : [slot])).sort((a, b) => a - b);
  let next = Math.max(-1, ...before.values()) + 1;
  let at = 0;
  return new Map(names.map(name => [name, before.get(name) ?? free[at++] ?? next++]));
}
