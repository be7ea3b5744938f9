import type { Alert, AlertSilence } from '../api/types';

export const silencesPath = '/api/v1/alerts/silences';

/** What a silence of this alert covers: its labels are the same in every monitor of the cluster. */
export function silenceOf(alert: Alert): { labels: Record<string, string>; nodes: string[] } {
  return { labels: alert.labels, nodes: alert.nodes };
}

/** The names in a text, separated by commas or spaces. */
export function listOf(text: string): string[] {
  return text.split(/[\s,]+/).filter(one => one !== '');
}

/** What a silence covers, in words of the API. */
export function coverOf(silence: AlertSilence): string {
  return [...silence.causes, ...silence.nodes, ...Object.entries(silence.labels).map(([label, value]) => `${label}=${value}`)].join(', ');
}
