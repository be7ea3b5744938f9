namespace NodeManager;

/// <summary>How far the plan of an agent is. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class AgentPlanStatus
{
    /// <summary>It waits for a person.</summary>
    public const string Pending = nameof(Pending);

    /// <summary>A person approved it; the agent may apply it once.</summary>
    public const string Approved = nameof(Approved);

    /// <summary>A person denied it.</summary>
    public const string Denied = nameof(Denied);

    /// <summary>It was not approved, or not applied, in time.</summary>
    public const string Expired = nameof(Expired);

    /// <summary>It is being applied.</summary>
    public const string Running = nameof(Running);

    /// <summary>It was applied.</summary>
    public const string Completed = nameof(Completed);

    /// <summary>It was applied and failed.</summary>
    public const string Failed = nameof(Failed);

    /// <summary>Its nodes have changed; nothing was applied.</summary>
    public const string Refused = nameof(Refused);

    public static ItemList<string> All { get; } = new([Pending, Approved, Denied, Expired, Running, Completed, Failed, Refused]);
}
