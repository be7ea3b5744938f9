import { t } from '../frame/language.svelte';
import { notify } from './notices.svelte';

/** Puts a text into the clipboard. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify(t('copy.done', { text: text.length > 80 ? `${text.slice(0, 80)} …` : text }));
  } catch {
    // Without HTTPS, and not on loopback, browsers offer no clipboard.
    notify(t('copy.failed', { text }), true);
  }
}
