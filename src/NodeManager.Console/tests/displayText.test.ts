import { afterEach, describe, expect, it, vi } from 'vitest';
import { guardDisplay } from '../src/frame/displayGuard';
import { displayJson, displayText } from '../src/parts/displayText';

describe('text of others', () => {
  it.each([
    ['an override of the direction', 'a\u202Egnp.exe', 'a\\u202Egnp.exe'],
    ['isolates', '\u2066x\u2069', '\\u2066x\\u2069'],
    ['marks of the direction', '\u200E\u200F\u061C', '\\u200E\\u200F\\u061C'],
    ['a control sequence of terminals', '\u001B[2Jgone\u0007', '\\u001B[2Jgone\\u0007'],
    ['controls of one byte', '\u009B31m\u007F\u0000', '\\u009B31m\\u007F\\u0000'],
    ['what has no width', 'ad\u200Bmin\uFEFF\u00AD', 'ad\\u200Bmin\\uFEFF\\u00AD'],
    ['separators of lines', 'a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
    ['half of a character', 'a\uD800b', 'a\\uD800b'],
    ['tags', 'x\u{E0041}', 'x\\uDB40\\uDC41'],
    ['a line break without a line feed', 'real\rfake', 'real\\u000Dfake'],
  ])('shows %s as an escape', (_name, text, shown) => {
    expect(displayText(text)).toBe(shown);
  });

  it.each(['', 'kubelet stopped posting node status.', 'line 1\nline 2\tx', '节点未就绪', 'naïve 🚀', '\\u202E'])('leaves %j as it is', text => {
    expect(displayText(text)).toBe(text);
  });

  it('has the line breaks of Windows as one', () => {
    expect(displayText('a\r\nb\u202E')).toBe('a\nb\\u202E');
  });

  it('reads back from its JSON as it was', () => {
    const value = { path: '\u202Egnp\u001B', list: ['\u200B', 'x\n'] };
    const shown = displayJson(value);
    expect(shown).not.toMatch(/[\u001B\u200B\u202E]/);
    expect(JSON.parse(shown)).toEqual(value);
  });
});

describe('the document', () => {
  afterEach(() => vi.unstubAllGlobals());

  class Part {
    childNodes: Part[] = [];
    attributes = new Map<string, string>();
    constructor(readonly nodeType: number, public nodeValue: string | null, ...children: Part[]) { this.childNodes = children; }
    getAttribute(name: string) { return this.attributes.get(name) ?? null; }
    setAttribute(name: string, value: string) { this.attributes.set(name, value); }
  }

  it('shows nothing hidden, whatever is added, changed or named', () => {
    let tell: (records: object[]) => void = () => {};
    vi.stubGlobal('MutationObserver', class {
      constructor(act: (records: object[]) => void) { tell = act; }
      observe() {}
      disconnect() {}
    });
    const first = new Part(3, 'a\u202Eb');
    const root = new Part(9, null, new Part(1, null, first));
    guardDisplay(root as unknown as Node);
    expect(first.nodeValue).toBe('a\\u202Eb');

    const text = new Part(3, '\u001B[2J');
    const cell = new Part(1, null, text);
    cell.setAttribute('title', 'x\u2066');
    cell.setAttribute('href', '/admin/nodes/x\u2066');
    tell([{ type: 'childList', addedNodes: [cell] }]);
    expect([text.nodeValue, cell.getAttribute('title'), cell.getAttribute('href')]).toEqual(['\\u001B[2J', 'x\\u2066', '/admin/nodes/x\u2066']);

    text.nodeValue = 'now\u200B';
    tell([{ type: 'characterData', target: text }]);
    cell.setAttribute('aria-label', '\u202E');
    tell([{ type: 'attributes', target: cell }]);
    expect([text.nodeValue, cell.getAttribute('aria-label')]).toEqual(['now\\u200B', '\\u202E']);
  });
});
