using NodeManager.Autoscaling.Providers;
using NodeManager.Core.Progress;

namespace NodeManager.Autoscaling.Reconciliation;

public sealed record AutoscalerOptions
{
    public required IMachineProviderSource Providers { get; init; }

    /// <summary>Decides how many machines are needed.</summary>
    public required IScalePlanner Planner { get; init; }

    /// <summary>Further work of the leader, until it is cancelled; null: none.</summary>
    public Func<NodeManagerSession, IOperationObserver, CancellationToken, Task>? LeaderWork { get; init; }

    /// <summary>The namespace of its resources; a Secret may be elsewhere.</summary>
    public string Namespace { get; init; } = NodeSmithNames.DefaultNamespace;

    /// <summary>The Lease duration: no other client takes over before its end.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Claims that are reconciled concurrently. A drain does not count.</summary>
    public int Workers { get; init; } = 32;

    /// <summary>How often machines are compared with claims.</summary>
    public TimeSpan CollectionInterval { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often everything is reconciled without a change.</summary>
    public TimeSpan ResyncInterval { get; init; } = TimeSpan.FromMinutes(1);
}
