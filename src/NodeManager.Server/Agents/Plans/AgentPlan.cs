namespace NodeManager.Server.Agents.Plans;

/// <summary>A change as it was planned: immutable, so that what is applied is what was approved. Its id is not a secret.</summary>
internal sealed record AgentPlan
{
    public required string Id { get; init; }

    public required AgentChange Change { get; init; }

    /// <summary>Who asked for it; the only caller who may apply it.</summary>
    public required AgentCaller By { get; init; }

    /// <summary>What is sent to each node and what that changes, a sentence a step. Nothing is left out.</summary>
    public required IReadOnlyList<string> Steps { get; init; }

    /// <summary>What a person has to know before approving.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The nodes as they were; they must still be so when the plan is applied.</summary>
    public required IReadOnlyList<ClusterNode> Nodes { get; init; }

    /// <summary>Of an edit: each field that it changes, as the API server answered the dry run.</summary>
    public IReadOnlyList<AgentPlanField> Fields { get; init; } = [];

    /// <summary>Of a drain: its plans, one a node.</summary>
    public IReadOnlyList<NodeDrainPlan> Drains { get; init; } = [];

    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>See <see cref="AgentPlanStatus"/>.</summary>
    public string Status { get; init; } = AgentPlanStatus.Pending;

    /// <summary>Until when it can be approved, and once it is, applied.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Who approved or denied it.</summary>
    public string DecidedBy { get; init; } = "";

    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>What came of it.</summary>
    public string Result { get; init; } = "";

    /// <summary>Of a drain: the operation that can be followed.</summary>
    public string Operation { get; init; } = "";

    public bool IsOpen => Status is AgentPlanStatus.Pending or AgentPlanStatus.Approved;
}

/// <summary>A field of a node that a plan changes.</summary>
internal sealed record AgentPlanField(string Node, NodeFieldChange Change);
