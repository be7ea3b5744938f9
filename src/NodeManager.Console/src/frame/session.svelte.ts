import { ApiProblem, credentialsChanged, keepSession, onSignedOut, request, useToken } from '../api/client';
import { clusterBase, serverBase } from '../api/paths';
import type { Caller } from '../api/types';
import { signInSecret } from './signInLink';

/** `caller` of a session that has ended: its page stays below the sign-in and continues after it. */
type State = { at: 'starting' } | { at: 'signed-out'; problem: ApiProblem | null; caller?: Caller } | { at: 'signed-in'; caller: Caller };

let state = $state.raw<State>({ at: 'starting' });
let signIns = $state(0);

/** How often someone signed in on this page: what failed before for lack of credentials is worth another attempt. */
export function signInCount(): number {
  return signIns;
}

export function session(): State {
  return state;
}

/** Whether the caller may change anything; that of a session that has ended, as its page and dialogs stay. */
export function isAdmin(): boolean {
  return state.at !== 'starting' && state.caller?.level === 'admin';
}

/** Uses the secret of a sign-in link, if the address has one, else the session of this origin. */
export async function start(): Promise<void> {
  onSignedOut(() => {
    if (state.at === 'signed-in') state = { at: 'signed-out', problem: null, caller: state.caller };
  });
  // The fragment is sent to no server; it leaves the address bar and the history before it is used.
  const secret = signInSecret(location.hash);
  if (secret) {
    history.replaceState(null, '', location.pathname);
    try {
      const { session } = await request<{ session: string }>('/sign-in', { method: 'POST', body: { secret } });
      keepSession(session);
    } catch (problem) {
      state = { at: 'signed-out', problem: problem as ApiProblem };
      return;
    }
  }

  // Where the sign-in at the issuer failed, the server names the reason in the address.
  const query = new URLSearchParams(location.search);
  const failure = query.get('sign-in');
  query.delete('sign-in');
  if (failure) history.replaceState(null, '', location.pathname + (query.size > 0 ? `?${query}` : ''));
  await identify(false);
  if (failure && state.at === 'signed-out') state = { at: 'signed-out', problem: new ApiProblem(0, `SignIn${failure}`, '', '') };
}

/** Where the browser signs in at the issuer, and then returns to this page. */
export function issuerAddress(): string {
  const page = location.pathname.slice(clusterBase.length) + location.search;
  return `${serverBase}/sign-in/start?return=${encodeURIComponent(page)}`;
}

/** Signs in with a token, which this page keeps until it is closed or reloaded. */
export async function signInWith(token: string): Promise<void> {
  useToken(token);
  await identify(true);
}

export async function signOut(): Promise<void> {
  let next: string | null | undefined;
  try {
    next = (await request<{ location?: string | null } | null>('/sign-out', { method: 'POST' }))?.location;
  } finally {
    useToken('');
    keepSession('');
    state = { at: 'signed-out', problem: null };
  }

  // The session at the issuer ends too.
  if (next) location.assign(next);
}

async function identify(tells: boolean): Promise<void> {
  try {
    state = { at: 'signed-in', caller: await request<Caller>('/api/v1/me') };
    signIns++;
    credentialsChanged();
  } catch (problem) {
    useToken('');
    const refusal = problem as ApiProblem;
    const before = state.at === 'signed-out' && state.caller ? { caller: state.caller } : {};
    state = { at: 'signed-out', problem: tells || refusal.status !== 401 ? refusal : null, ...before };
  }
}
