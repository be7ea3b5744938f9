// What the server answers; docs/server-routes.md describes it.

export interface Taint { key: string; value: string; effect: string }

export interface Amounts { cpu: string; memory: string }

export interface Node {
  name: string;
  labels: Record<string, string>;
  taints: Taint[];
  status: { ready: boolean; phase: 'Ready' | 'NotReady' | 'Unknown'; unschedulable: boolean };
  capacity: Amounts;
  allocatable: Amounts;
  usage?: { cpu_percent?: number; memory_percent?: number };
  pods?: number;
  age: string;
}

export interface NodeDetails {
  name: string;
  roles: string[];
  zone: string;
  pool: string;
  instance_type: string;
  kubelet_version: string;
  container_runtime: string;
  os_image: string;
  kernel_version: string;
  architecture: string;
  internal_ip: string;
  created_at: string;
  requested?: { cpu_percent?: number; memory_percent?: number };
  conditions: { type: string; status: string; reason: string; message: string; last_transition_at?: string }[];
}

export interface NodePod {
  namespace: string;
  name: string;
  status: string;
  ready: boolean;
  ready_containers: number;
  containers: number;
  restarts: number;
  owner: string;
  created_at: string;
}

export interface NodeEvent { last_seen_at?: string; type: string; reason: string; message: string; source: string; count: number }

export interface PlannedPod {
  namespace: string;
  name: string;
  decision: 'Evict' | 'Skip' | 'Wait' | 'Refuse';
  reason: string;
  owner: string;
  blocked_by_budget: boolean;
  waits_for_turn: boolean;
  fits_elsewhere: 'Yes' | 'No' | 'Unknown';
  fit_reason: string;
}

export interface PlannedBudget { namespace: string; name: string; summary: string; outlook: string; reason: string; remedy: string }

export interface DrainPlan {
  node: string;
  status: 'Drainable' | 'WillNotFinish' | 'Refused';
  blockers: string[];
  warnings: string[];
  pods: PlannedPod[];
  budgets: PlannedBudget[];
  estimated_seconds?: number;
  estimate_basis: string;
}

export interface DrainResult { message: string; pods_deleted: number; status: string; blockers: string[]; error?: string }

export interface Progress { key: string; activity: string; status: string; percent?: number }

export interface Failure { error: string; message: string; action?: string }

export interface Operation {
  id: string;
  kind: string;
  target: string;
  state: 'Running' | 'Succeeded' | 'Failed' | 'Cancelled';
  by: string;
  started_at: string;
  ended_at?: string;
  progress: Progress[];
  results: unknown[];
  failures: Failure[];
}

export interface OperationEvent {
  sequence: number;
  at: string;
  type: string;
  text?: string;
  progress?: Progress;
  result?: unknown;
  failure?: Failure;
  state?: Operation['state'];
}

export interface Caller { name: string; level: 'viewer' | 'admin' }

export type Arguments = Record<string, unknown>;

export interface Plugins {
  status: string;
  data: {
    scheduler: string;
    revision?: number;
    enabled_plugins: Record<string, string[]>;
    disabled_plugins: Record<string, string[]>;
    plugin_configs: Record<string, Arguments | null>;
  };
  supported_plugins: string[];
  supported_phases: string[];
}

export interface SchedulerRestart {
  status: string; message: string; scheduler: string; result: 'Restarted' | 'RolledBack' | 'Failed'; revision?: number; former_revision?: number;
  leader: string; seconds: number; log?: string;
}

export interface SchedulerChange {
  status: string; message: string; revision?: number; changes: string[]; warnings: string[]; restart?: SchedulerRestart; dry_run: boolean;
}

export interface Revision {
  revision?: number; state: string; action: string; by: string; reason: string; created_at: string; previous_revision?: number; changes: string[]; text?: string;
}

export interface SchedulerHealth {
  status: 'healthy' | 'unhealthy'; timestamp: string; scheduler: string;
  checks: { check: string; status: string; subject: string; message: string; action?: string }[];
}
