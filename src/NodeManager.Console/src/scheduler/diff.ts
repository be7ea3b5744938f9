export interface DiffLine { kind: 'same' | 'removed' | 'added'; text: string }

/** The lines of two texts, as few as possible of them removed and added. */
export function diff(before: string, after: string): DiffLine[] {
  const a = lines(before);
  const b = lines(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return [
    ...a.slice(0, start).map(text => ({ kind: 'same' as const, text })),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(text => ({ kind: 'same' as const, text })),
  ];
}

// The longest common subsequence, filled from the end.
function middle(a: string[], b: string[]): DiffLine[] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i]![j] = a[i] === b[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }

  const result: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      result.push({ kind: 'same', text: a[i]! });
      i++;
      j++;
    } else if (i < a.length && (j === b.length || lengths[i + 1]![j]! >= lengths[i]![j + 1]!)) {
      result.push({ kind: 'removed', text: a[i++]! });
    } else {
      result.push({ kind: 'added', text: b[j++]! });
    }
  }

  return result;
}

function lines(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** Without long runs of equal lines: those near a change stay, and the count of the others takes their place. */
export function fold(all: DiffLine[], context = 3): (DiffLine | { kind: 'folded'; count: number })[] {
  const near = new Set<number>();
  all.forEach((line, at) => {
    if (line.kind === 'same') return;
    for (let i = at - context; i <= at + context; i++) near.add(i);
  });
  const result: (DiffLine | { kind: 'folded'; count: number })[] = [];
  all.forEach((line, at) => {
    if (near.has(at)) {
      result.push(line);
      return;
    }

    const last = result[result.length - 1];
    if (last?.kind === 'folded') last.count++;
    else result.push({ kind: 'folded', count: 1 });
  });
  return result;
}
