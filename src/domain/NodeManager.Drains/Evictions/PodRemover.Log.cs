using Microsoft.Extensions.Logging;

namespace NodeManager.Drains.Evictions;

internal static partial class PodRemoverLog
{
    [LoggerMessage(EventId = 3001, Level = LogLevel.Debug, Message = "Pod {Namespace}/{Pod} was not deleted ({Answer}): {Message}")]
    public static partial void PodRefused(this ILogger logger, string @namespace, string pod, EvictionAnswerKind answer, string message);
}
