import type { Alert } from '../api/types';

/** How many alerts of the past are kept; the server keeps as many. */
const mostPast = 1000;

/** The alerts after one of them has changed. What is older than what is known is ignored: the list may have been read after it. */
export function after(alerts: readonly Alert[], change: Alert): Alert[] {
  const known = alerts.find(one => one.id === change.id);
  if (known && (known.sequence > change.sequence || (known.sequence === change.sequence && known.status !== 'Firing'))) return [...alerts];
  return [change, ...alerts.filter(one => one.id !== change.id)].slice(0, mostPast);
}

const ranks: Record<Alert['severity'], number> = { Critical: 0, Warning: 1, Information: 2 };

/** The open ones: silenced ones last, then the worst first, then the newest. */
export function open(alerts: readonly Alert[]): Alert[] {
  return alerts.filter(one => one.status === 'Firing').sort((a, b) => Number(a.silence !== undefined) - Number(b.silence !== undefined) || ranks[a.severity] - ranks[b.severity] || b.starts_at.localeCompare(a.starts_at));
}

/** Those of the past: the last to end first. */
export function past(alerts: readonly Alert[]): Alert[] {
  return alerts.filter(one => one.status !== 'Firing').sort((a, b) => (b.ends_at ?? b.updated_at).localeCompare(a.ends_at ?? a.updated_at));
}

/** Those that have all words in their nodes, cause, group or message. */
export function select(alerts: readonly Alert[], text: string): Alert[] {
  const words = text.toLowerCase().split(/\s+/).filter(word => word !== '');
  return alerts.filter(one => {
    const own = [one.cause, one.severity, one.group ?? '', one.message, ...one.nodes].join(' ').toLowerCase();
    return words.every(word => own.includes(word));
  });
}
