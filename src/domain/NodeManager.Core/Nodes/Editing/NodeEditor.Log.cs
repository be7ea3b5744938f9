using Microsoft.Extensions.Logging;

namespace NodeManager.Core.Nodes.Editing;

public static partial class NodeEditor
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node}: uncordoned, but its conditions still report a drain: {Message}")]
    private static partial void LogConditionsLeft(ILogger logger, string node, string message);
}
