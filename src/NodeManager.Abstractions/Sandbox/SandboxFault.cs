namespace NodeManager;

/// <summary>Something made to go wrong in an embedded cluster, in its state when it was read. All times are the cluster's.</summary>
public sealed class SandboxFault : ClusterObject
{
    /// <summary>Unique in its cluster; <c>NodeDown-1</c> where none was given.</summary>
    public required string Name { get; init; }

    /// <summary>One of <see cref="SandboxFaultKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>One of <see cref="SandboxFaultState"/>.</summary>
    public required string State { get; init; }

    /// <summary>The nodes that it is about, wildcards included; empty: all.</summary>
    public ItemList<string> Node { get; init; } = ItemList<string>.Empty;

    /// <summary>The namespace that its pods or requests are in; empty: all.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The labels of its pods; empty: any.</summary>
    public string PodSelector { get; init; } = "";

    /// <summary>The owner of its pods, <c>web</c> or <c>Deployment/web</c>; empty: any.</summary>
    public string Workload { get; init; } = "";

    /// <summary>The resources of its requests, <c>pods</c>, <c>pods/eviction</c>, <c>deployments.apps</c>; empty: all.</summary>
    public ItemList<string> Resource { get; init; } = ItemList<string>.Empty;

    /// <summary>The verbs of its requests: <c>get</c>, <c>list</c>, <c>watch</c>, <c>create</c>, <c>update</c>, <c>patch</c>, <c>delete</c>; empty: all.</summary>
    public ItemList<string> Verb { get; init; } = ItemList<string>.Empty;

    /// <summary>How many of a hundred it hits.</summary>
    public int Percent { get; init; }

    /// <summary>Decides which; the same seed decides the same.</summary>
    public int Seed { get; init; }

    public DateTimeOffset StartsAt { get; init; }

    /// <summary>Null: it lasts until it is cleared.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>The <c>Retry-After</c> of throttled requests; null for other kinds.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>How slow a slow node or a slow API is; null for other kinds.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Of what comes again (flapping, cut watches); null for other kinds.</summary>
    public TimeSpan? Period { get; init; }

    /// <summary>How far a clock is ahead, negative where it is behind; null for other kinds.</summary>
    public TimeSpan? Offset { get; init; }

    /// <summary>The type of the condition that a problem detector reports; empty for other kinds.</summary>
    public string Condition { get; init; } = "";

    /// <summary>Requests, watches, nodes or pods that it has hit so far.</summary>
    public long Hits { get; init; }

    public override string ToString() => Name;
}
