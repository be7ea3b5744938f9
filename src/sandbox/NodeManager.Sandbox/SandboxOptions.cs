using NodeManager.Sandbox.Api.Pods;
using NodeManager.Sandbox.Model.Kinds;

namespace NodeManager.Sandbox;

/// <summary>What the embedded cluster is like.</summary>
public sealed record SandboxOptions
{
    /// <summary>The most nodes that <see cref="Nodes"/> may be.</summary>
    public const int MaximumNodes = 20_000;

    /// <summary>How many nodes the seeded cluster has; 0 starts an empty cluster (no nodes, no workloads; controllers run).</summary>
    public int Nodes { get; init; } = 12;

    /// <summary>The same seed gives the same cluster.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Which Kubernetes it states and is, <c>1.20</c> to <c>1.37</c>.</summary>
    public string Version { get; init; } = "1.37";

    /// <summary>
    /// Whether roles and bindings decide what users, impersonated ones and service accounts may do; without it everybody who is known may do
    /// everything. Who starts the cluster may do everything in either case.
    /// </summary>
    public bool Rbac { get; init; }

    /// <summary>What is switched on beyond the defaults, see <see cref="SandboxFeatures"/>.</summary>
    public IReadOnlyCollection<string> Features { get; init; } = [];

    /// <summary>The clock that moves the cluster's: the wall's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What simulated containers do that is more than being there; none: nothing.</summary>
    public IReadOnlyList<SimulatedProgram> Programs { get; init; } = [];

    /// <summary>How many seconds pass in the cluster while one passes outside, above 0 and up to <see cref="MaximumSpeed"/>.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>What the cluster's clock shows at first; null: what the wall's shows.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>Beyond this a machine's timers are too coarse.</summary>
    public const double MaximumSpeed = 1000;
}
