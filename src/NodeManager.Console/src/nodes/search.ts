import type { Node } from '../api/types';
import { ageOf } from './ages';
import { rolesOf, seconds } from './rows';

export type Matcher = (node: Node) => boolean;

const texts: Record<string, (node: Node) => string[]> = {
  name: node => [node.name],
  zone: node => [node.zone ?? ''],
  pool: node => [node.pool ?? ''],
  type: node => [node.instance_type ?? ''],
  role: rolesOf,
  taint: node => node.taints.map(one => `${one.key}=${one.value}:${one.effect}`),
  address: node => [node.address ?? ''],
  operation: node => [node.operation?.kind ?? ''],
};

const numbers: Record<string, (node: Node) => number | undefined> = {
  pods: node => node.pods,
  cpu: node => node.usage?.cpu_percent,
  memory: node => node.usage?.memory_percent,
  age: node => seconds(ageOf(node)),
};

const states: Record<string, Matcher> = {
  ready: node => node.status.phase === 'Ready',
  notready: node => node.status.phase === 'NotReady',
  unknown: node => node.status.phase === 'Unknown',
  cordoned: node => node.status.unschedulable,
  schedulable: node => !node.status.unschedulable,
};

/** The fields that a search knows, for its help. */
export const searchFields = [...Object.keys(texts), 'status', 'version', ...Object.keys(numbers)];

/**
 * Which nodes a search finds. All its terms must match, and `-` or `!` before one negates it. `field:value` looks in one field, `key=value` and `key=`
 * select by label, any other word is looked for in name, roles, taints, zone, pool, instance type and address. Fields of text take `=` for the whole
 * value, and match if empty only where there is one; versions, numbers and ages take `<`, `<=`, `>`, `>=` and `=`.
 */
export function search(text: string): Matcher {
  const terms = (text.toLowerCase().match(/(?:[^\s"]|"[^"]*"?)+/g) ?? []).map(word => term(word.replaceAll('"', '')));
  return node => terms.every(matches => matches(node));
}

/** A search with another value of a field, for links that narrow it. */
export function withField(text: string, field: string, value: string): string {
  const others = text.split(/\s+/).filter(word => word && !word.toLowerCase().startsWith(`${field}:`));
  return [...others, `${field}:${/\s/.test(value) ? `"${value}"` : value}`].join(' ');
}

function term(word: string): Matcher {
  const bare = word.replace(/^[-!]/, '');
  if (bare === '') return () => true;
  const matches = positive(bare);
  return bare === word ? matches : node => !matches(node);
}

function positive(word: string): Matcher {
  const [, field = '', operator = '', value = ''] = /^([a-z]+):(<=|>=|<|>|=)?(.*)$/.exec(word) ?? [];
  if (field === 'status') return states[value] ?? (value === '' ? () => true : () => false);
  if (field === 'version') {
    // Thousands of nodes have a few versions.
    const known = new Map<string, boolean>();
    return node => {
      let matches = known.get(node.version);
      if (matches === undefined) known.set(node.version, (matches = compareVersions(node.version, operator, value)));
      return matches;
    };
  }

  const readText = texts[field];
  if (readText) return node => readText(node).some(one => matchesText(one.toLowerCase(), operator, value));
  const readNumber = numbers[field];
  if (readNumber) {
    const wanted = field === 'age' ? seconds(value) : Number(value.replace(/%$/, ''));
    return node => compareNumbers(readNumber(node), operator, wanted);
  }

  const equals = word.indexOf('=');
  if (equals > 0) {
    const key = word.slice(0, equals);
    const label = word.slice(equals + 1);
    return node => Object.entries(node.labels).some(([k, v]) => k.toLowerCase() === key && (label === '' || v.toLowerCase() === label));
  }

  return node => wordsOf(node).includes(word);
}

/**
 * Where words are looked for, in lower case, by the labels of a node: a node that reports only its usage keeps them. A word contains no line break,
 * so it matches in one field only.
 */
const words = new WeakMap<Node['labels'], string>();

function wordsOf(node: Node): string {
  let known = words.get(node.labels);
  if (known === undefined) {
    known = [node.name, node.zone, node.pool, node.instance_type, node.address, ...rolesOf(node), ...node.taints.map(one => one.key)].join('\n').toLowerCase();
    words.set(node.labels, known);
  }

  return known;
}

/** Makes the first search among these nodes as quick as later ones. */
export function prepareSearch(nodes: readonly Node[]): void {
  for (const node of nodes) wordsOf(node);
}

function matchesText(text: string, operator: string, value: string): boolean {
  return operator === '=' ? text === value : value === '' ? text !== '' : text.includes(value);
}

function compareNumbers(value: number | undefined, operator: string, wanted: number | undefined): boolean {
  if (value === undefined || wanted === undefined || Number.isNaN(wanted)) return false;
  return compares(value - wanted, operator);
}

// As precise as what is looked for: 1.36.2 is 1.36, and not above it.
function compareVersions(version: string, operator: string, wanted: string): boolean {
  const parts = (text: string) => [...text.matchAll(/\d+/g)].map(Number);
  const [actual, expected] = [parts(version), parts(wanted)];
  if (expected.length === 0) return wanted === '';
  for (let i = 0; i < expected.length; i++) {
    const difference = (actual[i] ?? 0) - expected[i]!;
    if (difference !== 0) return compares(difference, operator);
  }

  return compares(0, operator);
}

function compares(difference: number, operator: string): boolean {
  switch (operator) {
    case '<': return difference < 0;
    case '<=': return difference <= 0;
    case '>': return difference > 0;
    case '>=': return difference >= 0;
    default: return difference === 0;
  }
}
