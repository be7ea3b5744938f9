import type { Activity, MaintenanceRun } from '../api/types';

/** One line of what happened: its words have keys of the language where there are some. */
export interface Entry { at: string; who: string; what: string; target: string; result: string; tone: 'good' | 'warn' | 'bad' | 'none'; seconds?: number; run?: string }

const plugin = '/api/plugins/streamspace-node-manager';

// What a request does, and to what, by its path.
const requests: [RegExp, string][] = [
  [new RegExp(`^POST ${plugin}/nodes/changes$`), 'changes'],
  [new RegExp(`^POST ${plugin}/nodes/drain$`), 'drain'],
  [new RegExp(`^POST ${plugin}/nodes/drain/rehearsal$`), 'rehearsal'],
  [new RegExp(`^POST ${plugin}/nodes/([^/]+)/(cordon|uncordon|drain)$`), '$2'],
  [new RegExp(`^(?:PUT|POST) ${plugin}/nodes/([^/]+)/(label|taint)s$`), '$2Set'],
  [new RegExp(`^DELETE ${plugin}/nodes/([^/]+)/(label|taint)s/`), '$2Removed'],
  [/^POST \/api\/v1\/maintenances$/, 'maintenance'],
  [/^POST \/api\/v1\/maintenances\/([^/]+)\/(resume|stop)$/, 'maintenance.$2'],
  [/^DELETE \/api\/v1\/operations\/([^/]+)$/, 'cancel'],
  [/^POST \/api\/v1\/agents\/plans\/([^/]+)\/(approve|deny)$/, 'agent.$2'],
  [/^(?:POST|PUT|PATCH|DELETE) \/api\/v1\/nodepools\/([^/]+)/, 'pool'],
  [/^(?:POST|PUT) \/api\/v1\/(?:plugins|config|scheduler)\b/, 'scheduler'],
  [/^POST \/sign-in$/, 'signIn'],
];

/** What a line of the server says; `what` is a key of `activity.…`, or the text of the server. */
export function entryOf(activity: Activity): Entry {
  const { at, who, result, target } = activity;
  const [action, place] = named(activity.what);
  const code = Number(result);
  const tone = result === 'Succeeded' || result === 'Changed' || (code >= 200 && code < 300) ? 'good'
    : result === 'Unchanged' || result === 'Cancelled' || result === 'Interrupted' || code === 409 ? 'warn' : 'bad';
  const seconds = activity.milliseconds === undefined ? {} : { seconds: activity.milliseconds / 1000 };
  return { at, who, what: action, target: target.replace(/ in cluster '.*$/, '') || place, result, tone, ...seconds };
}

function named(what: string): [string, string] {
  for (const [pattern, key] of requests) {
    const match = pattern.exec(what);
    if (match) return [key.replace(/\$2/, match[2] ?? ''), decode(match[1] ?? '')];
  }

  return [what, ''];
}

/** What the cluster stores of runs, also those of other servers and of PowerShell. */
export function entryOfRun(run: MaintenanceRun): Entry {
  const ended = run.ended_at ? { seconds: (Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000 } : {};
  return {
    at: run.started_at, who: run.started_by, what: run.type === 'Drain' ? 'drain' : 'maintenance', target: run.nodes.map(node => node.node).join(', '), result: run.status,
    tone: run.status === 'Completed' ? 'good' : run.status === 'Running' ? 'none' : run.status === 'Failed' ? 'bad' : 'warn', run: run.id, ...ended,
  };
}

/** All of it, the newest first. With a node: what concerns it. */
export function entries(activity: readonly Activity[], runs: readonly MaintenanceRun[], node?: string): Entry[] {
  const concerns = (entry: Entry) => node === undefined || entry.target.split(', ').includes(node);
  return [...activity.map(entryOf), ...runs.map(entryOfRun)].filter(concerns).sort((a, b) => b.at.localeCompare(a.at));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
