using Microsoft.Extensions.Logging;

namespace NodeManager.Core.Nodes.Editing;

public static partial class NodePatcher
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Node {Node} was changed by another client (attempt {Attempt}); reading it again.")]
    private static partial void LogConflict(ILogger logger, string node, int attempt);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Node {Node} has changed since it was read; reading it again.")]
    private static partial void LogOutdated(ILogger logger, string node);
}
