namespace NodeManager;

/// <summary>How the repair of a node ended. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodeRepairStatus
{
    /// <summary>The repair would start now (<c>-WhatIf</c>).</summary>
    public const string Planned = nameof(Planned);

    /// <summary>The machine was restarted or replaced, and the node is healthy and in service.</summary>
    public const string Repaired = nameof(Repaired);

    /// <summary>The node recovered without a repair, or while it was cordoned or drained, and is in service.</summary>
    public const string Recovered = nameof(Recovered);

    /// <summary>The node is cordoned, as the policy goes no further. It is not healthy.</summary>
    public const string Cordoned = nameof(Cordoned);

    /// <summary>The node is drained, as the policy goes no further. It is not healthy, and stays cordoned.</summary>
    public const string Drained = nameof(Drained);

    /// <summary>The last action of the policy did not help, or could not be done. The node stays cordoned where it was.</summary>
    public const string Failed = nameof(Failed);

    /// <summary>Nothing was done to the node; see the reason.</summary>
    public const string Skipped = nameof(Skipped);

    /// <summary>The command was stopped. The node stays as it is; the same command continues.</summary>
    public const string Interrupted = nameof(Interrupted);
}
