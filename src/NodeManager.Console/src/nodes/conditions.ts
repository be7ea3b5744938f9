/** How a condition of a node is marked. Ready should be True; conditions of a maintenance report progress; any other condition is a problem when True. */
export function conditionTone(type: string, status: string): 'good' | 'bad' | 'warn' | 'none' {
  if (status === 'Unknown') return 'warn';
  if (progress.has(type)) return 'none';
  return (type === 'Ready') === (status === 'True') ? 'good' : 'bad';
}

const progress = new Set(['MaintenancePlanned', 'DrainInProgress', 'Drained', 'MaintenanceInProgress']);
