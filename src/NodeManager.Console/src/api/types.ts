// Names for the bodies of the API. schema.d.ts is generated from docs/reference/api/openapi.json by ./build.ps1 -Task Api.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Taint = Schemas['ApiTaint'];
export type ServedCluster = Schemas['ApiServedCluster'];
export type Amounts = Schemas['ApiAmounts'];
export type Node = Schemas['ApiNode'];
export type NodeDetails = Schemas['ApiNodeDetails'];
export type NodePod = Schemas['ApiNodePod'];
export type NodeEvent = Schemas['ApiKubernetesEvent'];
export type PlannedPod = Schemas['ApiPlannedPod'];
export type PlannedBudget = Schemas['ApiPlannedBudget'];
export type DrainPlan = Schemas['ApiDrainPlan'];
export type DrainResult = Schemas['ApiDrainResult'];
export type Progress = Schemas['ApiProgress'];
export type Failure = Schemas['ApiFailure'];
export type Operation = Schemas['ApiOperation'];
export type Caller = Schemas['ApiCaller'];
export type Plugins = Schemas['ApiPlugins'];
export type SchedulerRestart = Schemas['ApiSchedulerRestart'];
export type SchedulerChange = Schemas['ApiSchedulerChange'];
export type Revision = Schemas['ApiRevision'];
export type SchedulerHealth = Schemas['ApiHealth'];
export type Finding = Schemas['ApiFinding'];
export type Alert = Schemas['ApiAlert'];
export type AlertSilence = Schemas['ApiAlertSilence'];
export type Alerts = Schemas['ApiAlerts'];
export type Pool = Schemas['ApiPoolOverview'];
export type PoolPlan = Schemas['ApiPoolPlan'];
export type PoolUpdatePlan = Schemas['ApiPoolUpdatePlan'];
export type PoolUpdate = Schemas['ApiPoolUpdate'];
export type ScaledPool = Schemas['ApiScaledPool'];
export type ScaleDecision = Schemas['ApiScaleDecision'];
export type Autoscaler = Schemas['ApiAutoscaler'];
export type AutoscalerObject = Schemas['ApiAutoscalerObject'];
export type Claim = Schemas['ApiNodeClaim'];
export type ScalePlan = Schemas['ApiScalePlan'];
export type ScaleComparison = Schemas['ApiScaleComparison'];
export type MaintenancePlan = Schemas['ApiMaintenancePlans'];
export type MaintenanceStep = Schemas['ApiMaintenanceStep'];
export type MaintenanceNode = Schemas['ApiMaintenanceNode'];
export type MaintenanceRun = Schemas['ApiMaintenanceRun'];
export type AgentPlan = Schemas['ApiAgentPlan'];
export type UsageSample = Schemas['ApiUsageSample'];
export type Rehearsal = Schemas['ApiRehearsal'];
export type Activity = Schemas['ApiActivity'];
export type PodBudget = Schemas['ApiPodBudget'];
export type FoundPod = Schemas['ApiFoundPod'];
export type BatchNodeResult = Schemas['ApiBatchNodeResult'];

export type Arguments = Record<string, unknown>;

/** An event of the stream of an operation; streams are not in the document. */
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
