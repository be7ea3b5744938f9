namespace NodeManager;

/// <summary>A stretch of a drain's timeline: what was waited for, from when to when.</summary>
public sealed class NodeDrainStep : ClusterObject
{
    public required string Node { get; init; }

    /// <summary>The UID of the node.</summary>
    public string NodeUid { get; init; } = "";

    /// <summary><c>namespace/name</c> of the pod; empty for a step of the node itself.</summary>
    public string Pod { get; init; } = "";

    /// <summary>See <see cref="DrainStep"/>.</summary>
    public required string Step { get; init; }

    /// <summary>The name of the PDB, the Job or the responder; can be empty.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The final state of a responder, see <see cref="NodeDrainResponder.State"/>; empty for other steps.</summary>
    public string State { get; init; } = "";

    /// <summary>The last message of a responder; empty for other steps.</summary>
    public string Message { get; init; } = "";

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it was over, or when the drain ended while it was not.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    public TimeSpan Duration => EndedAt - StartedAt;

    public override string ToString() => Pod.Length == 0 ? $"{Node}: {Step}" : $"{Pod}: {Step}";
}
