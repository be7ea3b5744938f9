import { ApiProblem, cookiesOf, headersWith, newCredentials, problemOf, renewSession } from './client';
import { clusterBase } from './paths';

export interface ServerEvent {
  id: string;
  type: string;
  data: string;
}

/**
 * Reads server-sent events from pieces of text. A browser's EventSource sends no token and does not say why it failed.
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class EventParser {
  private rest = '';
  private id = '';
  private type = '';
  private data: string[] = [];

  /** The events that this piece completes. */
  push(piece: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    const lines = (this.rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (this.data.length > 0) events.push({ id: this.id, type: this.type || 'message', data: this.data.join('\n') });
        this.type = '';
        this.data = [];
        continue;
      }

      const colon = line.indexOf(':');
      if (colon === 0) continue;
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'id') this.id = value;
      else if (field === 'event') this.type = value;
      else if (field === 'data') this.data.push(value);
    }

    return events;
  }
}

const firstPause = 500;
const longestPause = 15_000;

/** How long to wait before the next attempt to connect, in milliseconds: twice as long each time. */
export function pauseAfter(failures: number): number {
  return Math.min(longestPause, firstPause * 2 ** Math.max(0, failures - 1));
}

/** How long a tab may be hidden before it closes its streams, in milliseconds: over HTTP/1.1, all tabs of a browser share six connections to a server. */
const longestHidden = 30_000;

/** Calls `act` when the tab has been hidden, or visible, for a while. Returns how to stop. */
function whenTab(state: DocumentVisibilityState, pause: number, act: () => void): () => void {
  const tab = globalThis.document;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(timer);
    if (tab?.visibilityState === state) timer = setTimeout(act, pause);
  };
  tab?.addEventListener('visibilitychange', look);
  look();
  return () => {
    clearTimeout(timer);
    tab?.removeEventListener('visibilitychange', look);
  };
}

/**
 * Follows a stream until `onEvent` returns false or the signal aborts. A hidden tab pauses it. Reconnects after the last event that was seen, and after a new sign-in where the
 * session has ended. `onConnection` hears whether there is a connection. Throws ApiProblem where the server refuses for good.
 */
export async function follow(
  path: string, onEvent: (event: ServerEvent) => boolean | void, signal: AbortSignal, onConnection: (connected: boolean) => void = () => {},
  /** After how many milliseconds without a byte the server is taken to hang; 0: never. */
  longestSilence = 0,
): Promise<void> {
  let last = '';
  let failures = 0;
  let isRenewed = false;
  while (!signal.aborted) {
    const hung = new AbortController();
    const away = new AbortController();
    const stopWatching = whenTab('hidden', longestHidden, () => away.abort());
    let silence: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(silence);
      if (longestSilence > 0) silence = setTimeout(() => hung.abort(), longestSilence);
    };
    try {
      heard();
      const headers = headersWith({ Accept: 'text/event-stream', ...(last ? { 'Last-Event-ID': last } : {}) });
      const response = await fetch(clusterBase + path, { headers, credentials: cookiesOf(headers), signal: AbortSignal.any([signal, hung.signal, away.signal]) });
      if (response.status === 401) {
        onConnection(false);
        if (!isRenewed && await renewSession()) {
          isRenewed = true;
          continue;
        }

        await newCredentials(signal);
        failures = 0;
        continue;
      }

      if (response.status >= 400 && response.status < 500 && response.status !== 429) throw problemOf(response.status, await response.json().catch(() => null));
      if (response.ok && response.body) {
        isRenewed = false;
        onConnection(true);
        const parser = new EventParser();
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          heard();
          for (const event of parser.push(value)) {
            failures = 0;
            if (event.id) last = event.id;
            if (onEvent(event) === false) {
              await reader.cancel();
              return;
            }
          }
        }
      }
    } catch (problem) {
      if (signal.aborted) return;
      if (problem instanceof ApiProblem) throw problem;
    } finally {
      clearTimeout(silence);
      stopWatching();
    }

    if (signal.aborted) return;
    if (away.signal.aborted) {
      let stopWaiting = () => {};
      await new Promise<void>(done => {
        stopWaiting = whenTab('visible', 0, done);
        signal.addEventListener('abort', () => done(), { once: true });
      });
      stopWaiting();
      continue;
    }

    onConnection(false);
    failures++;
    await new Promise<void>(done => {
      const timer = setTimeout(done, pauseAfter(failures));
      signal.addEventListener('abort', () => { clearTimeout(timer); done(); }, { once: true });
    });
  }
}
