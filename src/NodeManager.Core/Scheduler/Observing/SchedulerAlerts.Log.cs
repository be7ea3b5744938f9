using Microsoft.Extensions.Logging;

namespace NodeManager.Core.Scheduler.Observing;

internal static partial class SchedulerAlerts
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "A subscriber of the session's SchedulerAlert failed at {Reason}: {Message}")]
    private static partial void LogSubscriberFailed(ILogger logger, string reason, string message);
}
