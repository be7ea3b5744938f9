using NodeManager.Core.Errors;
using NodeManager.Drains.Progress;

namespace NodeManager.Drains.Execution;

/// <summary>What stops a drain when its work fails.</summary>
internal static class FailureBlocker
{
    /// <returns>Null: the failure has no blocker of its own.</returns>
    public static NodeDrainBlocker? Of(Exception exception, NodeManagerSession session, string node)
    {
        if (exception is DrainStoppedException stopped)
            return stopped.Blocker;
        NodeManagerException? known = ErrorTranslator.Translate(exception, session.Cluster, session.Server, node);
        return new()
        {
            Kind = known?.ErrorId switch
            {
                ErrorIds.Forbidden => "Permission",
                ErrorIds.Unauthorized => "Credentials",
                ErrorIds.NodeReplaced => "Node",
                _ => "Server",
            },
            Name = node,
            Message = known?.Message ?? exception.Message,
            Remedy = known?.RecommendedAction ?? "",
        };
    }
}
