namespace NodeManager;

/// <summary>The result of a command on a node.</summary>
public sealed class NodeCommandResult : ClusterObject
{
    public required string Node { get; init; }

    /// <summary>The UID of the node; a node that registers again under the name has another.</summary>
    public string NodeUid { get; init; } = "";

    public required string Command { get; init; }

    /// <summary>The id of the call; another call with it reads the result again if the first one was lost.</summary>
    public required string RunId { get; init; }

    /// <summary>See <see cref="NodeCommandStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Null if the command did not run, or its exit code is not known.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The last lines of standard output and error. Control characters other than tabs are escaped, as <c>\u001B</c>.</summary>
    public ItemList<string> Output { get; init; } = ItemList<string>.Empty;

    /// <summary>True if lines before <see cref="Output"/> were omitted.</summary>
    public bool IsOutputTruncated { get; init; }

    /// <summary>When the command started, by the clock of its node; null if it did not.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How long the command ran, to the second; null if that is not known.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Why it did not run, was ended, or has no output; empty otherwise.</summary>
    public string Message { get; init; } = "";

    // True if its pod may still run.
    internal bool IsPodKept { get; init; }

    public override string ToString() => $"{Node}: {Status}";
}
