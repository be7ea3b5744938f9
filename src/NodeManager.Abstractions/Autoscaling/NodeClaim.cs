namespace NodeManager;

/// <summary>A machine that the autoscaler creates, has, or removes (NodeSmithClaim), and its node.</summary>
public sealed class NodeClaim : ClusterObject
{
    public required string Name { get; init; }

    public required string Namespace { get; init; }

    public string Uid { get; init; } = "";

    public required string Pool { get; init; }

    /// <summary>One of <see cref="NodeClaimStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>One word for why it is not Ready: that of the first step that is missing; empty for one that is Ready.</summary>
    public string Reason { get; init; } = "";

    public string Message { get; init; } = "";

    /// <summary>The node that its machine registered; empty before.</summary>
    public string Node { get; init; } = "";

    /// <summary>The name that the provider gave the machine; empty before.</summary>
    public string Machine { get; init; } = "";

    /// <summary>The provider of the machine; empty before the first attempt.</summary>
    public string Provider { get; init; } = "";

    /// <summary>As nodes carry it in <c>spec.providerID</c>; empty before there is a machine.</summary>
    public string ProviderId { get; init; } = "";

    public string Zone { get; init; } = "";

    /// <summary>The pool's shape that was chosen; empty without.</summary>
    public string Shape { get; init; } = "";

    /// <summary>Of the machine; before there is one, what is required.</summary>
    public decimal CpuCores { get; init; }

    /// <summary>In bytes; like <see cref="CpuCores"/>.</summary>
    public long Memory { get; init; }

    /// <summary>The number of started attempts, of three.</summary>
    public int Attempts { get; init; }

    /// <summary>How long its drain may take; null: as long as it takes.</summary>
    public TimeSpan? TerminationGracePeriod { get; init; }

    /// <summary>Which autoscaler works on it, and at what; empty: none does at the moment.</summary>
    public string Holder { get; init; } = "";

    public ItemList<NodeCondition> Conditions { get; init; } = ItemList<NodeCondition>.Empty;

    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When its deletion began; null: it was not deleted.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>When it was read, in the cluster's time.</summary>
    public DateTimeOffset ObservedAt { get; init; }

    /// <summary>How old it was then.</summary>
    public TimeSpan? Age => ObservedAt - CreatedAt;

    public override string ToString() => Name;
}

/// <summary>How far a claim is. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodeClaimStatus
{
    /// <summary>It has no machine yet.</summary>
    public const string Pending = nameof(Pending);

    /// <summary>Its machine exists.</summary>
    public const string Launched = nameof(Launched);

    /// <summary>Its machine has registered a node.</summary>
    public const string Registered = nameof(Registered);

    /// <summary>Its node takes pods.</summary>
    public const string Ready = nameof(Ready);

    /// <summary>Its node took pods, and is not Ready now or gone.</summary>
    public const string NotReady = nameof(NotReady);

    /// <summary>It was deleted: its node is drained and its machine destroyed.</summary>
    public const string Terminating = nameof(Terminating);

    /// <summary>No machine could be made; nothing more is tried.</summary>
    public const string Failed = nameof(Failed);
}
