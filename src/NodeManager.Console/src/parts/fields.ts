/** A field of an object of the API, by its path, as a form shows it. Its name is that of the API. */
export interface Field {
  path: string;
  type: 'text' | 'number' | 'flag' | 'list' | 'lines' | 'map' | 'taints' | 'choice';
  choices?: readonly string[];
}

export type Fields = Record<string, unknown>;

/** The value at a path; undefined where there is none. */
export function valueAt(object: Fields, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), object);
}

/** A copy with the value at the path. Undefined removes the field, and objects that become empty. */
export function withValue(object: Fields, path: string, value: unknown): Fields {
  const [first, ...rest] = path.split('.') as [string, ...string[]];
  const own = object[first];
  const inner = rest.length === 0 ? value : withValue(isObject(own) ? own : {}, rest.join('.'), value);
  const copy = { ...object };
  if (inner === undefined || (rest.length > 0 && isObject(inner) && Object.keys(inner).length === 0)) delete copy[first];
  else copy[first] = inner;
  return copy;
}

/** The text of a value in an input. */
export function textOf(field: Field, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (field.type === 'list' && Array.isArray(value)) return value.join(', ');
  if (field.type === 'lines' && Array.isArray(value)) return value.join('\n');
  if (field.type === 'map' && isObject(value)) return Object.entries(value).map(([key, one]) => `${key}=${String(one)}`).join(', ');
  if (field.type === 'taints' && Array.isArray(value)) return value.filter(isObject).map(({ key, value: own, effect }) => `${String(key)}${own ? `=${String(own)}` : ''}:${String(effect)}`).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
}

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** The value that a text means: undefined for no value, null where the text cannot be read. */
export function valueOf(field: Field, text: string): unknown {
  const entered = text.trim();
  if (entered === '') return undefined;
  switch (field.type) {
    case 'number': return /^-?\d+(\.\d+)?$/.test(entered) ? Number(entered) : null;
    case 'list': return partsOf(entered);
    case 'lines': return entered.split('\n').map(line => line.trim()).filter(line => line !== '');
    case 'map': {
      const parts = partsOf(entered).map(part => /^([^=]+)=(.*)$/.exec(part));
      return parts.every(part => part !== null) ? Object.fromEntries(parts.map(([, key, value]) => [key!.trim(), value!.trim()])) : null;
    }

    case 'taints': {
      const parts = partsOf(entered).map(part => /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(part));
      return parts.every(part => part !== null && effects.includes(part[3]!))
        ? parts.map(part => ({ key: part![1]!.trim(), ...(part![2] ? { value: part![2] } : {}), effect: part![3]! }))
        : null;
    }

    default: return entered;
  }
}

function partsOf(text: string): string[] {
  return text.split(',').map(part => part.trim()).filter(part => part !== '');
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
