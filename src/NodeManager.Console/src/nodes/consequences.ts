import type { DrainPlan, Node } from '../api/types';
import { rolesOf } from './rows';

/** What a person must know before a drain starts; `key` names its text, `items` are pods or budgets. */
export interface Consequence {
  key: 'drain.confirmControlPlane' | 'drain.confirmState' | 'drain.confirmNever' | 'drain.confirmStranded' | 'drain.confirmBudgets' | 'drain.confirmPods';
  isGrave: boolean;
  values: Record<string, string | number>;
  items: string[];
}

/** Of the plan that is shown, the gravest first. */
export function consequences(plan: DrainPlan, node: Node): Consequence[] {
  const evicted = plan.pods.filter(pod => pod.decision === 'Evict');
  const stranded = evicted.filter(pod => pod.fits_elsewhere === 'No').map(pod => `${pod.namespace}/${pod.name}`);
  const never = plan.budgets.filter(budget => budget.outlook === 'Never').map(budget => `${budget.namespace}/${budget.name}`);
  const waiting = evicted.filter(pod => pod.blocked_by_budget).length;
  const all: (Consequence | false)[] = [
    rolesOf(node).some(role => role === 'control-plane' || role === 'master') && { key: 'drain.confirmControlPlane', isGrave: true, values: {}, items: [] },
    node.status.phase !== 'Ready' && { key: 'drain.confirmState', isGrave: true, values: { state: node.status.phase }, items: [] },
    never.length > 0 && { key: 'drain.confirmNever', isGrave: true, values: { n: never.length }, items: never },
    stranded.length > 0 && { key: 'drain.confirmStranded', isGrave: true, values: { n: stranded.length }, items: stranded },
    waiting > 0 && { key: 'drain.confirmBudgets', isGrave: false, values: { n: waiting }, items: [] },
    { key: 'drain.confirmPods', isGrave: false, values: { n: evicted.length }, items: [] },
  ];
  return all.filter(one => one !== false);
}

/** How the decision about a pod is marked: a pod that fits nowhere is no good news. */
export function decisionTone(pod: DrainPlan['pods'][number]): 'good' | 'warn' | 'bad' | 'none' {
  if (pod.decision === 'Refuse') return 'bad';
  if (pod.decision !== 'Evict') return 'none';
  return pod.blocked_by_budget || pod.fits_elsewhere === 'No' ? 'warn' : 'good';
}
