import type { Node } from '../api/types';

const rolePrefix = 'node-role.kubernetes.io/';

export function rolesOf(node: Node): string[] {
  const roles: string[] = [];
  for (const key in node.labels) {
    const role = key.startsWith(rolePrefix) ? key.slice(rolePrefix.length) : key === 'kubernetes.io/role' ? node.labels[key] : undefined;
    if (role) roles.push(role);
  }

  return roles.sort();
}

/** Units of ages in seconds, the largest first. */
export const units: Record<string, number> = { y: 31_536_000, d: 86_400, h: 3600, m: 60, s: 1 };

/** Of an age as kubectl and the server write it: 5d3h, 74d, 90s, 0.5s. Undefined without a number and a unit. */
export function seconds(age: string): number | undefined {
  let total: number | undefined;
  for (const [, count, unit] of age.matchAll(/(\d+(?:\.\d+)?)([ydhms])/g)) total = (total ?? 0) + Number(count) * units[unit!]!;
  return total;
}
