using Microsoft.Extensions.Logging;

namespace NodeManager.Core.Scheduler.Revisions;

internal sealed partial class SchedulerWrite
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Source} was changed by somebody else meanwhile (try {Attempt}); making the change anew.")]
    private static partial void LogConflict(ILogger logger, string source, int attempt);
}
