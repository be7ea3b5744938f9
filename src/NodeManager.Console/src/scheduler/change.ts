/** A change of the configuration that is shown before it is made. */
export interface Change {
  title: string;
  path: string;
  method: 'POST' | 'PUT';
  body?: Record<string, unknown>;
  /** The version of the configuration that the page shows: a change since then is a conflict. */
  version?: string;
  /** Whether the body takes a reason. */
  takesReason: boolean;
}

export interface PointPlugins { point: string; enabled: string[]; disabled: string[]; others: string[] }

/** The plugins by extension point, in the order in which they run; `others` could be enabled there: this version of the scheduler has them at this point. */
export function byPoint(
  points: readonly string[], enabled: Record<string, string[]>, disabled: Record<string, string[]>, supported: Record<string, string[]>,
): PointPlugins[] {
  return points.map(point => {
    const on = enabled[point] ?? [];
    const off = (disabled[point] ?? []).filter(name => name !== '*' && !on.includes(name));
    return { point, enabled: on, disabled: off, others: (supported[point] ?? []).filter(name => !on.includes(name) && !off.includes(name)) };
  });
}
