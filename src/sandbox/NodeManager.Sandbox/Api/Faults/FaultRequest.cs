namespace NodeManager.Sandbox.Api.Faults;

public sealed record FaultRequest
{
    /// <summary>One of <see cref="SandboxFaultKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Replaces a fault of the same name; null generates a name.</summary>
    public string? Name { get; init; }

    /// <summary>The nodes, or the nodes of the pods: names with <c>*</c> and <c>?</c>; empty for all.</summary>
    public IReadOnlyList<string> Nodes { get; init; } = [];

    public string? Namespace { get; init; }

    public string? PodSelector { get; init; }

    /// <summary>The name of the pods' owner, optionally with <c>Kind/</c>.</summary>
    public string? Workload { get; init; }

    /// <summary>As in RBAC rules: <c>pods</c>, <c>pods/eviction</c>, <c>deployments.apps</c>.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];

    public IReadOnlyList<string> Verbs { get; init; } = [];

    /// <summary>Null: immediately.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Null: until it is cleared.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>The percentage of affected nodes, pods, requests or watches, from 1.</summary>
    public int Percent { get; init; } = 100;

    public int Seed { get; init; } = 1;

    public TimeSpan? RetryAfter { get; init; }

    public TimeSpan? Delay { get; init; }

    public TimeSpan? Period { get; init; }

    /// <summary>The clock offset; negative for a slow clock.</summary>
    public TimeSpan? Offset { get; init; }

    /// <summary>The condition type of a problem detector.</summary>
    public string? Condition { get; init; }
}
