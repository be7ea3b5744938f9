namespace NodeManager.Server.Agents.Plans;

/// <summary>A planned change. Immutable, so that the approved change is applied. Its id is not a secret.</summary>
internal sealed record AgentPlan
{
    public required string Id { get; init; }

    public required AgentChange Change { get; init; }

    /// <summary>The requesting caller, who alone may apply it.</summary>
    public required AgentCaller By { get; init; }

    /// <summary>The complete requests and their effects, a sentence per step.</summary>
    public required IReadOnlyList<string> Steps { get; init; }

    /// <summary>Facts to know before approving.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The state of the nodes, which must be unchanged when the plan is applied.</summary>
    public required IReadOnlyList<ClusterNode> Nodes { get; init; }

    /// <summary>Of an edit: the changed fields from the dry run.</summary>
    public IReadOnlyList<AgentPlanField> Fields { get; init; } = [];

    /// <summary>For a drain: a plan per node.</summary>
    public IReadOnlyList<NodeDrainPlan> Drains { get; init; } = [];

    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>See <see cref="AgentPlanStatus"/>.</summary>
    public string Status { get; init; } = AgentPlanStatus.Pending;

    /// <summary>The end of the time to approve, and then to apply the plan.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    public string DecidedBy { get; init; } = "";

    public DateTimeOffset? DecidedAt { get; init; }

    public string Result { get; init; } = "";

    /// <summary>The operation of a drain.</summary>
    public string Operation { get; init; } = "";

    public bool IsOpen => Status is AgentPlanStatus.Pending or AgentPlanStatus.Approved;
}

internal sealed record AgentPlanField(string Node, NodeFieldChange Change);
