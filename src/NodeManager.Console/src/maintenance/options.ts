import type { Field } from '../parts/fields';

/** Options of the drains of a maintenance that its form has no input of its own for. */
export const maintenanceFields: readonly Field[] = [
  { path: 'pod_selector', type: 'text' },
  { path: 'grace_period_seconds', type: 'number' },
  { path: 'skip_wait_for_delete_timeout_seconds', type: 'number' },
  { path: 'volume_detach_timeout_seconds', type: 'number' },
  { path: 'wait_for_job_seconds', type: 'number' },
  { path: 'surge', type: 'flag' },
  { path: 'surge_timeout_seconds', type: 'number' },
  { path: 'once', type: 'flag' },
  { path: 'wait_for_replacement', type: 'flag' },
  { path: 'throttle_limit', type: 'number' },
  { path: 'max_parallel_evictions', type: 'number' },
  { path: 'workload_max_unavailable', type: 'text' },
  { path: 'workload_wait_seconds', type: 'number' },
  { path: 'eviction_api', type: 'text' },
  { path: 'condition', type: 'text' },
];
