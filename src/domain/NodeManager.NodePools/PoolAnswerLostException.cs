namespace NodeManager.NodePools;

/// <summary>A change was sent and not answered, so that it may have been applied.</summary>
/// <param name="error">The error for users if the outcome cannot be determined.</param>
public sealed class PoolAnswerLostException(NodeManagerException error) : Exception(error.Message, error)
{
    public NodeManagerException Error { get; } = error;
}
