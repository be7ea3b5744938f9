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
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  body?: unknown;
  /** Ask for an operation to follow instead of the result. */
  async?: boolean;
  /** Codes beside those of success whose body is an answer and not a refusal. */
  accept?: number[];
  signal?: AbortSignal;
}

let token = '';
let signedOut: () => void = () => {};

/** Sends a token with every request from now on, until the page is closed. Empty: the cookie alone. */
export function useToken(value: string): void {
  token = value;
}

/** Called when the server no longer accepts the credentials. */
export function onSignedOut(act: () => void): void {
  signedOut = act;
}

export function headersWith(extra: Record<string, string>): Record<string, string> {
  return token ? { ...extra, Authorization: `Bearer ${token}` } : extra;
}

/** Sends a request and returns the JSON of the answer; null if it has none. Throws ApiProblem. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const headers = headersWith({ Accept: 'application/json' });
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.async) headers['Prefer'] = 'respond-async';
  let response: Response;
  try {
    response = await fetch(path, {
      method: options.method ?? 'GET',
      headers,
      credentials: 'same-origin',
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (problem) {
    if (options.signal?.aborted) throw problem;
    throw new ApiProblem(0, 'Unreachable', '', '');
  }

  const text = await response.text();
  const body: unknown = parse(text);
  if (response.ok || options.accept?.includes(response.status)) return body as T;
  if (response.status === 401 && path !== '/sign-in') signedOut();
  const refusal = (body ?? {}) as { error?: string; message?: string; action?: string };
  throw new ApiProblem(response.status, refusal.error ?? '', refusal.message ?? `HTTP ${response.status}`, refusal.action ?? '');
}

function parse(text: string): unknown {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
