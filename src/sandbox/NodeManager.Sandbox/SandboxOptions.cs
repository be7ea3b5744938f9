using NodeManager.Sandbox.Api.Pods;

namespace NodeManager.Sandbox;

public sealed record SandboxOptions
{
    /// <summary>The maximum of <see cref="Nodes"/>.</summary>
    public const int MaximumNodes = 20_000;

    /// <summary>The size of the seeded cluster; 0 starts an empty one with controllers.</summary>
    public int Nodes { get; init; } = 12;

    /// <summary>Equal seeds make equal clusters.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The Kubernetes version, <c>1.20</c> to <c>1.37</c>.</summary>
    public string Version { get; init; } = "1.37";

    /// <summary>
    /// Enforces RBAC for users, impersonation and service accounts; otherwise authenticated users may do everything. The owner may always
    /// do everything.
    /// </summary>
    public bool Rbac { get; init; }

    /// <summary>Alpha features to enable; see <see cref="SandboxFeatures"/>.</summary>
    public IReadOnlyCollection<string> Features { get; init; } = [];

    /// <summary>The clock that drives the cluster's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public IReadOnlyList<SimulatedProgram> Programs { get; init; } = [];

    /// <summary>
    /// The controllers begin when this completes, the nodes' heartbeats immediately; null: all immediately. A first pass over a large
    /// cluster takes seconds.
    /// </summary>
    public Task? ControllersAfter { get; init; }

    /// <summary>Cluster seconds per second of real time, above 0 and up to <see cref="MaximumSpeed"/>.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>The initial time; null: the current one.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>Timers are too coarse beyond this.</summary>
    public const double MaximumSpeed = 1000;
}
