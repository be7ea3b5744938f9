import { clusterBase, serverBase } from './paths';

/** A refusal by the server, with its words. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    /** An ErrorId of NodeManager; empty if the answer has none. */
    readonly id: string,
    message: string,
    readonly action: string,
  ) {
    super(message);
    this.name = 'ApiProblem';
  }
}

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  /** Ask for an operation to follow instead of the result. */
  async?: boolean;
  /** Codes beside those of success whose body is an answer and not a refusal. */
  accept?: number[];
  signal?: AbortSignal;
  /** The answer is text, and not JSON. */
  text?: boolean;
}

/** Where the token of a browser session is kept: by origin, port included. A cookie would go to every port of the host. */
const sessionKey = 'nodemanager-session';

/** How long a change may take before the page stops waiting, in milliseconds. Work that takes longer is an operation, which is followed. */
const changeLimit = 30_000;

let token = '';
let signedOut: () => void = () => {};
let signIns: (() => void)[] = [];
let askForCluster: (problem: ApiProblem) => Promise<string | null> = () => Promise.resolve(null);
/** The name by which changes of a protected cluster are confirmed, until the page is closed. */
let confirmedCluster = '';

/** Sends a token with every request from now on, until the page is closed. Empty: that of the browser session. */
export function useToken(value: string): void {
  token = value;
}

/** Keeps the token of a browser session for all pages of this origin. Empty: forgets it. */
export function keepSession(value: string): void {
  if (value) localStorage.setItem(sessionKey, value);
  else localStorage.removeItem(sessionKey);
}

/** Called when the server no longer accepts the credentials. */
export function onSignedOut(act: () => void): void {
  signedOut = act;
}

/** The server refused the credentials of a stream: asks for new ones, and ends when there are some, or the signal aborts. */
export function newCredentials(signal: AbortSignal): Promise<void> {
  const signedIn = new Promise<void>(done => {
    signIns.push(done);
    signal.addEventListener('abort', () => done(), { once: true });
  });
  signedOut();
  return signedIn;
}

/** There are new credentials: what waits for them continues. */
export function credentialsChanged(): void {
  const waiting = signIns;
  signIns = [];
  for (const done of waiting) done();
}

/** Called when a change of a protected cluster needs the name of the cluster. Null: the change is not made. */
export function onProtected(ask: (problem: ApiProblem) => Promise<string | null>): void {
  askForCluster = ask;
}

/** The host of the issuer at which this server's users sign in, which the server writes into the page; empty: there is none. */
export function issuerHost(): string {
  return globalThis.document?.querySelector<HTMLMetaElement>('meta[name="nodemanager-issuer"]')?.content ?? '';
}

export function headersWith(extra: Record<string, string>): Record<string, string> {
  const sent = token || globalThis.localStorage?.getItem(sessionKey);
  if (sent) return { ...extra, Authorization: `Bearer ${sent}` };
  // The cookie counts with this header only, which pages of other origins cannot send.
  return issuerHost() ? { ...extra, 'X-Browser-Session': '1' } : extra;
}

/** A token needs no cookie; without an issuer, there is none. */
export function cookiesOf(headers: Record<string, string>): RequestCredentials {
  return 'X-Browser-Session' in headers ? 'same-origin' : 'omit';
}

let renewing: Promise<boolean> | null = null;

/** Renews the session of the issuer. False: it has ended, or the credentials are others. */
export function renewSession(): Promise<boolean> {
  const headers = headersWith({});
  if (!('X-Browser-Session' in headers)) return Promise.resolve(false);
  const renew = async () => {
    try {
      return (await fetch(`${serverBase}/sign-in/refresh`, { method: 'POST', headers, credentials: cookiesOf(headers) })).ok;
    } catch {
      return false;
    }
  };
  // One at a time in all tabs of the browser: a refresh token works once.
  const started: Promise<boolean> = renewing ?? Promise.resolve(globalThis.navigator?.locks ? navigator.locks.request('nodemanager-session', renew) : renew());
  renewing = started;
  return started.finally(() => { renewing = null; });
}

/** Sends a request and returns the JSON of the answer; null if it has none. Throws ApiProblem. */
export async function request<T>(path: string, options: RequestOptions = {}, isRenewed = false): Promise<T> {
  const headers = headersWith({ Accept: options.text ? 'text/plain' : 'application/json' });
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.async) headers['Prefer'] = 'respond-async';
  const isChange = (options.method ?? 'GET') !== 'GET';
  const limit = isChange ? AbortSignal.timeout(changeLimit) : null;
  const signals = [options.signal, limit].filter(one => one != null);
  if (confirmedCluster && (options.method ?? 'GET') !== 'GET') headers['X-Confirm-Cluster'] = confirmedCluster;
  let response: Response;
  let text: string;
  try {
    // A browser signs in once, for all clusters.
    response = await fetch((path === '/sign-in' || path === '/sign-out' ? serverBase : clusterBase) + path, {
      method: options.method ?? 'GET',
      headers,
      credentials: cookiesOf(headers),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(signals.length > 0 ? { signal: AbortSignal.any(signals) } : {}),
    });
    text = await response.text();
  } catch (problem) {
    if (options.signal?.aborted) throw problem;
    throw new ApiProblem(0, limit?.aborted ? 'ChangeUnanswered' : 'Unreachable', '', '');
  }

  if (options.text && response.ok) return text as T;
  const body: unknown = parse(text);
  if (response.ok || options.accept?.includes(response.status)) return body as T;
  // A refused request did nothing.
  if (response.status === 401 && !isRenewed && await renewSession()) return request<T>(path, options, true);
  if (response.status === 401 && path !== '/sign-in') signedOut();
  const problem = problemOf(response.status, body);
  if (problem.id !== 'ProtectedCluster') throw problem;
  // The server refused before it did anything.
  const name = await askForCluster(problem);
  confirmedCluster = name ?? '';
  if (!name) throw problem;
  return request<T>(path, options);
}

interface Refusal { error?: string | { code: string; message: string; details: string; error_id: string }; message?: string; action?: string }

/** Pools answer in the shape of a pool service, everything else in the server's own. */
export function problemOf(status: number, body: unknown): ApiProblem {
  const refusal = (body ?? {}) as Refusal;
  if (typeof refusal.error !== 'object') return new ApiProblem(status, refusal.error ?? '', refusal.message ?? `HTTP ${status}`, refusal.action ?? '');
  const { code, message, details, error_id: id } = refusal.error;
  return code === 'VALIDATION_ERROR' ? new ApiProblem(status, id, details, '') : new ApiProblem(status, id, message, details);
}

function parse(text: string): unknown {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
