namespace NodeManager.Maintenance.Execution;

internal sealed class NodeFailedException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>True to uncordon the node whatever the error action is: pods without another place wait for it.</summary>
    public bool IsNeeded { get; init; }
}
