namespace NodeManager.Server.Agents.Plans;

/// <summary>A change that an agent asks for, with everything that it consists of.</summary>
internal sealed record AgentChange
{
    public required string Action { get; init; }

    /// <summary>Names of nodes, each once.</summary>
    public required IReadOnlyList<string> Nodes { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Of labels to remove.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    public IReadOnlyList<NodeTaint> Taints { get; init; } = [];

    /// <summary>Of a drain: also delete pods with emptyDir volumes, whose data is lost.</summary>
    public bool DeleteEmptyDirData { get; init; }

    /// <summary>Of a drain: also delete pods that no controller recreates.</summary>
    public bool DeleteUnmanagedPods { get; init; }

    /// <summary>Of a drain: when it gives up.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Why, in the agent's words. Shown to the person beside the plan, never used for anything.</summary>
    public string Reason { get; init; } = "";
}

/// <summary>What agents may ask for. Text for the reason given at <see cref="NodeStatus"/>.</summary>
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
