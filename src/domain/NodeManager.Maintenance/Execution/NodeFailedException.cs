namespace NodeManager.Maintenance.Execution;

/// <summary>A step of a node's maintenance failed.</summary>
internal sealed class NodeFailedException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The node goes back into service whatever the run does with nodes that fail: pods that have no other place wait for it.</summary>
    public bool IsNeeded { get; init; }
}
