namespace NodeManager.Sandbox.Api.Faults;

/// <summary>What is to go wrong, where, and when.</summary>
public sealed record FaultRequest
{
    /// <summary>One of <see cref="SandboxFaultKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>A fault of the same name is replaced; null takes a free one.</summary>
    public string? Name { get; init; }

    /// <summary>Of nodes, and of the pods on them: names, <c>*</c> and <c>?</c> allowed; none: all.</summary>
    public IReadOnlyList<string> Nodes { get; init; } = [];

    public string? Namespace { get; init; }

    /// <summary>A label selector.</summary>
    public string? PodSelector { get; init; }

    /// <summary>The name of the pods' owner, with or without <c>Kind/</c> before it.</summary>
    public string? Workload { get; init; }

    /// <summary>As in a role: <c>pods</c>, <c>pods/eviction</c>, <c>deployments.apps</c>.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];

    public IReadOnlyList<string> Verbs { get; init; } = [];

    /// <summary>When it begins; null: now.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>How long it lasts; null: until it is cleared.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>Of a hundred nodes, pods, requests or watches, from 1.</summary>
    public int Percent { get; init; } = 100;

    public int Seed { get; init; } = 1;

    public TimeSpan? RetryAfter { get; init; }

    public TimeSpan? Delay { get; init; }

    public TimeSpan? Period { get; init; }

    /// <summary>How far a node's clock is ahead; negative: behind.</summary>
    public TimeSpan? Offset { get; init; }

    /// <summary>The type of the condition that a problem detector reports.</summary>
    public string? Condition { get; init; }
}
