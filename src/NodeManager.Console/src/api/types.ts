// What the server answers; docs/server-routes.md describes it.

export interface Taint { key: string; value: string; effect: string }

export interface ServedCluster { name: string; cluster?: string; path: string; state: 'Connected' | 'Connecting' | 'Unreachable'; version?: string }

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
  /** What works on the node, in whatever process. */
  operation?: { id: string; kind: string; holder: string };
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
    version: string;
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
  status: string; message: string; revision?: number; changes: string[]; warnings: string[]; restart?: SchedulerRestart; dry_run: boolean; version: string;
}

export interface Revision {
  revision?: number; state: string; action: string; by: string; reason: string; created_at: string; previous_revision?: number; changes: string[]; text?: string;
}

export interface SchedulerHealth {
  status: 'healthy' | 'unhealthy'; timestamp: string; scheduler: string;
  checks: { check: string; status: string; subject: string; message: string; action?: string }[];
}

export interface Finding {
  node: string; cause: string; severity: string; message: string; since?: string; evidence: { kind: string; name: string; message: string; at?: string }[];
}

export interface Alert {
  id: string;
  sequence: number;
  transition: 'Raised' | 'Updated' | 'Resolved';
  status: 'Firing' | 'Resolved' | 'Unobserved';
  cause: string;
  severity: 'Critical' | 'Warning' | 'Information';
  nodes: string[];
  group_by?: string;
  group?: string;
  starts_at: string;
  ends_at?: string;
  updated_at: string;
  message: string;
  flapping: boolean;
  findings: Finding[];
}

export interface Alerts { monitoring: boolean; problem?: Failure; alerts: Alert[] }

export interface Pool {
  id: string;
  name: string;
  provider: 'Service' | 'Cluster';
  generation: number;
  node_provider: string;
  machine_type: string;
  zones: string[];
  node_count?: number;
  autoscaling?: { enabled: boolean; min_nodes?: number; max_nodes?: number };
  phase: string;
  health: string;
  active_nodes?: number;
  desired_nodes?: number;
  message: string;
  conditions: { controller: string; type: string; status: string; reason: string; message: string; last_transition_time?: string }[];
  spec: Record<string, unknown>;
  created_at: string;
  updated_at: string;
  created_by: string;
}

export interface PoolPlan {
  pool: string;
  effect: string;
  summary: string;
  current_nodes: number;
  desired_nodes?: number;
  certain: boolean;
  fields: { field: string; before: string; after: string; effect: string; nodes?: number; reason: string }[];
  nodes?: string[];
  pods?: string[];
  budgets?: PlannedBudget[];
  warnings: string[];
}

export interface PoolUpdatePlan { turn: number; node: string; reasons: string[]; replacement: string; pods: string[]; obstacles: string[] }

export interface PoolUpdate {
  pool: string;
  provider: string;
  id: string;
  status: 'Running' | 'Paused' | 'Interrupted' | 'Completed' | 'Incomplete' | 'RolledBack' | 'Stopped';
  rollback: boolean;
  strategy: string;
  max_surge: string;
  max_unavailable: string;
  desired: number;
  ready: number;
  removed: number;
  skipped: number;
  evicted: number;
  started_by: string;
  holder: string;
  started_at: string;
  ended_at?: string;
  message: string;
  nodes: { node: string; claim: string; status: string; reasons: string[]; rollback: boolean; evicted: number; message: string }[];
}

export interface ScaledPool {
  name: string; provider: string; nodes: number; ready_nodes: number; claims: number; min_nodes: number; max_nodes: number; node_count?: number; available: string; message: string;
  last_scale_activity?: string;
}

export interface ScaleDecision { at: string; pool: string; target: string; decision: string; reason: string }

export interface Autoscaler {
  namespace: string; status: 'Running' | 'Stopped'; leader: string; leader_since?: string; renewed_at?: string; local: boolean; pools: ScaledPool[]; decisions: ScaleDecision[];
}

export interface Claim {
  name: string;
  uid: string;
  pool: string;
  status: 'Pending' | 'Launched' | 'Registered' | 'Ready' | 'NotReady' | 'Terminating' | 'Failed';
  reason: string;
  message: string;
  node: string;
  machine: string;
  provider: string;
  zone: string;
  shape: string;
  cpu_cores: number;
  memory: number;
  attempts: number;
  conditions: { type: string; status: string; reason: string; message: string; last_transition_at?: string }[];
  created_at?: string;
  deleted_at?: string;
}

export interface ScalePlan {
  observed_at: string;
  machines: { pool: string; shape: string; zone: string; cpu_cores: number; memory: number; reason: string; message: string; pods: string[] }[];
  pods: { namespace: string; name: string; decision: string; target: string; pool: string; reason: string; message: string; since?: string }[];
  nodes: { node: string; pool: string; decision: string; reason: string; message: string; unneeded_since?: string; removable_at?: string }[];
  warnings: string[];
}

export interface MaintenancePlan {
  nodes: { batch: number; node: string; group: string; pods: number; obstacles: string[]; stranded: string[]; not_before?: string; note: string }[];
  warnings: string[];
}

export interface MaintenanceStep { name: string; started_at: string; ended_at?: string }

export interface MaintenanceNode {
  node: string; status: 'Pending' | 'InProgress' | 'Completed' | 'Failed' | 'Deleted' | 'Skipped'; batch: number; group: string; step: string; message: string; error: string; started_at?: string;
  steps: MaintenanceStep[];
}

export interface MaintenanceRun {
  id: string;
  status: 'Running' | 'Interrupted' | 'Stopped' | 'Failed' | 'Completed';
  reason: string;
  started_by: string;
  holder: string;
  started_at: string;
  ended_at?: string;
  max_unavailable: string;
  topology_key: string;
  windows: string[];
  on_error: string;
  completed: number;
  failed: number;
  deleted: number;
  skipped: number;
  remaining: number;
  message: string;
  nodes: MaintenanceNode[];
}

export interface AgentPlan {
  id: string;
  action: string;
  cluster: string;
  nodes: string[];
  steps: string[];
  warnings: string[];
  reason: string;
  requested_by: string;
  requested_at: string;
  status: 'Pending' | 'Approved' | 'Denied' | 'Expired' | 'Running' | 'Completed' | 'Failed' | 'Refused';
  expires_at: string;
  decided_by?: string;
  decided_at?: string;
  result?: string;
  operation?: string;
  data: {
    labels?: Record<string, string>; keys?: string[]; taints?: Taint[]; delete_emptydir_data?: boolean; delete_unmanaged_pods?: boolean; timeout_seconds?: number; pods?: string[];
    /** Absent before or after: the node does not have the field. */
    fields?: { node: string; field: string; before?: string; after?: string }[];
  };
}

export interface UsageSample { at: string; cpu_percent?: number; memory_percent?: number }
