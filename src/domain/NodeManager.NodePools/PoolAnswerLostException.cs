namespace NodeManager.NodePools;

/// <summary>A change may have been applied: it was sent, and no answer says whether it was.</summary>
/// <param name="error">What users see where nothing more can be found out.</param>
public sealed class PoolAnswerLostException(NodeManagerException error) : Exception(error.Message, error)
{
    public NodeManagerException Error { get; } = error;
}
