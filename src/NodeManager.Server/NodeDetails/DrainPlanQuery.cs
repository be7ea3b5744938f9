using Microsoft.AspNetCore.Mvc;

namespace NodeManager.Server.NodeDetails;

/// <summary>Options of a drain; the same fields as in the body of a drain.</summary>
internal sealed record DrainPlanQuery(
    [FromQuery(Name = "grace_period_seconds")] int? GracePeriodSeconds,
    [FromQuery(Name = "delete_emptydir_data")] bool? DeleteEmptydirData,
    [FromQuery(Name = "delete_unmanaged_pods")] bool? DeleteUnmanagedPods
);
