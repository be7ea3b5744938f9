namespace NodeManager;

/// <summary>One thing that was checked of a provider.</summary>
public sealed class NodeProviderCheck : ClusterObject
{
    /// <summary>The name of the NodeSmithProvider.</summary>
    public required string Provider { get; init; }

    public required string Namespace { get; init; }

    /// <summary>
    /// What: <c>Settings</c>, <c>Secret</c>, <c>Reachable</c>, <c>Certificate</c>, <c>Credentials</c>, <c>Permissions</c>, <c>Capacity</c>, or a
    /// check of the provider's own.
    /// </summary>
    public required string Check { get; init; }

    /// <summary>One of <see cref="NodeProviderCheckStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>The result; for a failed check, the cause.</summary>
    public string Message { get; init; } = "";

    /// <summary>The remedy; empty for a passed check.</summary>
    public string Action { get; init; } = "";

    public override string ToString() => $"{Check}: {Status}";
}

/// <summary>How a check of a provider ended. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodeProviderCheckStatus
{
    public const string Passed = nameof(Passed);

    /// <summary>Provisioning would fail.</summary>
    public const string Failed = nameof(Failed);

    /// <summary>Provisioning would work. The provider should not be left as it is.</summary>
    public const string Warning = nameof(Warning);

    /// <summary>An earlier check failed, so this one could not be made.</summary>
    public const string Skipped = nameof(Skipped);
}
