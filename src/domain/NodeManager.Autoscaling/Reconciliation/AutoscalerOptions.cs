using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Resources;

namespace NodeManager.Autoscaling.Reconciliation;

/// <summary>How an autoscaler runs.</summary>
public sealed record AutoscalerOptions
{
    /// <summary>Makes its providers.</summary>
    public required IMachineProviderSource Providers { get; init; }

    /// <summary>Decides how many machines there are to be.</summary>
    public required IScalePlanner Planner { get; init; }

    /// <summary>Where its resources are; a Secret may be elsewhere.</summary>
    public string Namespace { get; init; } = NodeSmithNames.DefaultNamespace;

    /// <summary>How long after a renewal no other client takes over.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Claims that are worked on concurrently. A drain does not count.</summary>
    public int Workers { get; init; } = 32;

    /// <summary>How often machines are compared with claims.</summary>
    public TimeSpan CollectionInterval { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often everything is looked at, whether anything changed or not.</summary>
    public TimeSpan ResyncInterval { get; init; } = TimeSpan.FromMinutes(1);
}
