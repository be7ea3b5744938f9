import type { Pool, PoolUpdate } from '../api/types';

type Tone = 'good' | 'warn' | 'bad' | 'none';

export function phaseTone(pool: Pool): Tone {
  if (pool.phase === 'Failed' || pool.health === 'Unhealthy') return 'bad';
  if (pool.health === 'Degraded') return 'warn';
  return pool.phase === 'Ready' ? 'good' : 'none';
}

/** `3`, or `3 of 5` where they differ; empty where no controller counts them. */
export function counted(pool: Pool): { active: number | undefined; desired: number | undefined } {
  return { active: pool.active_nodes, desired: pool.desired_nodes ?? pool.node_count };
}

export function updateTone(status: PoolUpdate['status']): Tone {
  switch (status) {
    case 'Completed': return 'good';
    case 'Running': return 'none';
    case 'Paused':
    case 'Interrupted':
    case 'Stopped': return 'warn';
    default: return 'bad';
  }
}

/** What can be asked of an update in its state. */
export function possible(update: PoolUpdate): ('pause' | 'resume' | 'stop' | 'rollback')[] {
  switch (update.status) {
    case 'Running': return ['pause', 'stop', ...(update.rollback ? [] : ['rollback' as const])];
    case 'Paused':
    case 'Interrupted':
    case 'Incomplete': return ['resume', 'stop', ...(update.rollback ? [] : ['rollback' as const])];
    default: return [];
  }
}

/** The specification that a text is, or what is wrong with it. */
export function parseSpec(text: string): Record<string, unknown> | 'syntax' | 'object' {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : 'object';
  } catch {
    return 'syntax';
  }
}

/** A number or a percentage, as limits of updates take. */
export function isLimit(text: string): boolean {
  return /^\d{1,4}%?$/.test(text.trim());
}

export interface FieldChange { field: string; before: string; after: string }

/** The fields in which two specifications differ, by their path; an absent one has an empty text. */
export function changedFields(before: unknown, after: unknown, path = ''): FieldChange[] {
  if (isFields(before) && isFields(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return names.flatMap(name => changedFields(before[name], after[name], path ? `${path}.${name}` : name));
  }

  const [old, now] = [JSON.stringify(before) ?? '', JSON.stringify(after) ?? ''];
  return old === now ? [] : [{ field: path, before: old, after: now }];
}

/** The JSON merge patch (RFC 7386) that makes one specification the other. */
export function mergePatch(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, unknown> {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Object.fromEntries([...names].flatMap(name => {
    const [old, now] = [before[name], after[name]];
    if (JSON.stringify(old) === JSON.stringify(now)) return [];
    return [[name, isFields(old) && isFields(now) ? mergePatch(old, now) : now ?? null]];
  }));
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
