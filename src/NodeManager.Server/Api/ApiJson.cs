using System.Text.Json.Serialization;
using NodeManager.Server.Access;
using NodeManager.Server.Agents;
using NodeManager.Server.Alerts;
using NodeManager.Server.Delegation;
using NodeManager.Server.EventStream;
using NodeManager.Server.Maintenances;
using NodeManager.Server.NodeBatches;
using NodeManager.Server.Nodes;
using NodeManager.Server.Operations;
using NodeManager.Server.PoolDetails;
using NodeManager.Server.Pools;
using NodeManager.Server.Rehearsals;
using NodeManager.Server.Responses;
using NodeManager.Server.Scaling;
using NodeManager.Server.Scheduler;

namespace NodeManager.Server.Api;

/// <summary>Serialization of all bodies.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ApiError))]
[JsonSerializable(typeof(List<ApiServedCluster>))]
[JsonSerializable(typeof(ApiNode))]
[JsonSerializable(typeof(List<ApiNode>))]
[JsonSerializable(typeof(ApiStatistics))]
[JsonSerializable(typeof(ApiNodeEvent))]
[JsonSerializable(typeof(ApiUsageEvent))]
[JsonSerializable(typeof(ApiOperationChange))]
[JsonSerializable(typeof(ApiClusterEvent))]
[JsonSerializable(typeof(ApiLabel))]
[JsonSerializable(typeof(ApiTaintRequest))]
[JsonSerializable(typeof(ApiDrainRequest))]
[JsonSerializable(typeof(ApiDrainResult))]
[JsonSerializable(typeof(ApiBatchChange))]
[JsonSerializable(typeof(ApiBatchResult))]
[JsonSerializable(typeof(ApiBatchDrain))]
[JsonSerializable(typeof(ApiRehearsal))]
[JsonSerializable(typeof(ApiAgentPlan))]
[JsonSerializable(typeof(List<ApiAgentPlan>))]
[JsonSerializable(typeof(ApiSignIn))]
[JsonSerializable(typeof(ApiSession))]
[JsonSerializable(typeof(ApiSignedOut))]
[JsonSerializable(typeof(ApiCaller))]
[JsonSerializable(typeof(IReadOnlyList<ApiActivity>))]
[JsonSerializable(typeof(List<ApiOperation>))]
[JsonSerializable(typeof(ApiOperationEvent))]
[JsonSerializable(typeof(ApiNodePoolPage))]
[JsonSerializable(typeof(ApiNodePoolCreation))]
[JsonSerializable(typeof(ApiNodePoolReplacement))]
[JsonSerializable(typeof(ApiNodePoolStatus))]
[JsonSerializable(typeof(ApiPoolReport))]
[JsonSerializable(typeof(ApiPoolReported))]
[JsonSerializable(typeof(ApiPoolRefusal))]
[JsonSerializable(typeof(ApiPoolChange))]
[JsonSerializable(typeof(ApiScaleAssumptions))]
[JsonSerializable(typeof(ApiPoolUpdateRequest))]
[JsonSerializable(typeof(ApiPoolUpdate))]
[JsonSerializable(typeof(ApiMaintenanceRequest))]
[JsonSerializable(typeof(ApiAlertSilenceRequest))]
[JsonSerializable(typeof(ApiMaintenanceRun))]
[JsonSerializable(typeof(ApiMaintenanceNode))]
[JsonSerializable(typeof(ApiPlugins))]
[JsonSerializable(typeof(ApiPluginChange))]
[JsonSerializable(typeof(ApiSchedulerChange))]
[JsonSerializable(typeof(ApiHealth))]
[JsonSerializable(typeof(ApiBackup))]
[JsonSerializable(typeof(List<ApiRevision>))]
internal sealed partial class ApiJson : JsonSerializerContext;
