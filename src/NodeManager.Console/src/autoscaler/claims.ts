import type { Claim } from '../api/types';

export const stages = ['Launched', 'Registered', 'Initialized', 'Ready'] as const;

/** How far a claim is: of each stage whether it was reached, failed, or is waited for. */
export function progress(claim: Claim): { stage: (typeof stages)[number]; state: 'done' | 'now' | 'open' | 'failed' }[] {
  const isTrue = (type: string) => claim.conditions.some(one => one.type === type && one.status === 'True');
  const failed = claim.status === 'Failed' || isTrue('Failed');
  let isNext = true;
  return stages.map(stage => {
    if (isTrue(stage)) return { stage, state: 'done' as const };
    const state = !isNext ? 'open' as const : failed ? 'failed' as const : claim.status === 'Terminating' ? 'open' as const : 'now' as const;
    isNext = false;
    return { stage, state };
  });
}

export function claimTone(status: Claim['status']): 'good' | 'warn' | 'bad' | 'none' {
  switch (status) {
    case 'Ready': return 'good';
    case 'Failed': return 'bad';
    case 'NotReady':
    case 'Terminating': return 'warn';
    default: return 'none';
  }
}

/** What is under way comes first, then what failed, then what is as it should be. */
export function sortClaims(claims: readonly Claim[]): Claim[] {
  const rank = (one: Claim) => (one.status === 'Ready' ? 2 : one.status === 'Failed' ? 1 : 0);
  return [...claims].sort((a, b) => rank(a) - rank(b) || (b.created_at ?? '').localeCompare(a.created_at ?? '') || a.name.localeCompare(b.name));
}
