import { ApiProblem } from '../api/client';
import { t } from '../frame/language.svelte';

/** Failures that the server does not describe in words. */
const texts = {
  ChangeUnanswered: 'unanswered',
  SignInExpired: 'signIn.expired',
  SignInRefused: 'signIn.refused',
  SignInInvalid: 'signIn.invalid',
  SignInUnknown: 'signIn.unknown',
  SignInTooLarge: 'signIn.tooLarge',
  SignInUnavailable: 'signIn.unavailable',
} as const;

/** What to show of a failure. */
export function textOf(problem: unknown): string {
  if (problem instanceof ApiProblem && problem.status === 0) return t(problem.id in texts ? texts[problem.id as keyof typeof texts] : 'unreachable');
  return problem instanceof Error ? problem.message : String(problem);
}

/** Whether it passes by itself: the server is away, busy, or asks for credentials. */
export function isPassing(problem: unknown): boolean {
  return problem instanceof ApiProblem && problem.id !== 'ChangeUnanswered' && [0, 401, 429, 502, 503, 504].includes(problem.status);
}

/** Whether another client has changed the object since this page read it: nothing was changed. */
export function isConflict(problem: unknown): boolean {
  return problem instanceof ApiProblem && problem.id === 'Conflict';
}
