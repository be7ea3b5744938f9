namespace NodeManager;

/// <summary>The states of a session. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodeManagerSessionState
{
    /// <summary>Commands can use it.</summary>
    public const string Connected = nameof(Connected);

    /// <summary>It was closed, and cannot be used again.</summary>
    public const string Disconnected = nameof(Disconnected);
}
