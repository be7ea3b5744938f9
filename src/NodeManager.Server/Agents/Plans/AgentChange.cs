namespace NodeManager.Server.Agents.Plans;

internal sealed record AgentChange
{
    public required string Action { get; init; }

    /// <summary>Without duplicates.</summary>
    public required IReadOnlyList<string> Nodes { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Labels to remove.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    public IReadOnlyList<NodeTaint> Taints { get; init; } = [];

    /// <summary>Of a drain: delete pods with emptyDir volumes, whose data is lost.</summary>
    public bool DeleteEmptyDirData { get; init; }

    /// <summary>Of a drain: delete unmanaged pods, which no controller recreates.</summary>
    public bool DeleteUnmanagedPods { get; init; }

    /// <summary>For a drain.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The agent's reason, shown to the person and not used otherwise.</summary>
    public string Reason { get; init; } = "";
}

/// <summary>Requestable actions, as text for the reason given at <see cref="NodeStatus"/>.</summary>
internal static class AgentAction
{
    public const string Cordon = nameof(Cordon);
    public const string Uncordon = nameof(Uncordon);
    public const string SetLabels = nameof(SetLabels);
    public const string RemoveLabels = nameof(RemoveLabels);
    public const string SetTaints = nameof(SetTaints);
    public const string RemoveTaints = nameof(RemoveTaints);
    public const string Drain = nameof(Drain);

    public static ItemList<string> All { get; } = new([Cordon, Uncordon, SetLabels, RemoveLabels, SetTaints, RemoveTaints, Drain]);
}
