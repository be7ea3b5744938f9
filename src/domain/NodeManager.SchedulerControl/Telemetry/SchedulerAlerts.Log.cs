using Microsoft.Extensions.Logging;

namespace NodeManager.SchedulerControl.Telemetry;

internal static partial class SchedulerAlerts
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "A subscriber of the session's SchedulerAlert failed at {Reason}: {Message}")]
    private static partial void LogSubscriberFailed(ILogger logger, string reason, string message);
}
