using Microsoft.Extensions.Logging;

namespace NodeManager.SchedulerControl.Revisions;

internal sealed partial class SchedulerWrite
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Source} was changed by another client (attempt {Attempt}); retrying the change.")]
    private static partial void LogConflict(ILogger logger, string source, int attempt);
}
