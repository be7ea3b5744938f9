using Microsoft.Extensions.Logging;

namespace NodeManager.Core.Scheduler.Observing;

/// <summary>Tells a session's subscribers. What they do about it is their own: an operation does not fail with them.</summary>
internal static partial class SchedulerAlerts
{
    public static void Tell(NodeManagerSession session, ILogger logger, SchedulerAlertEventArgs alert) =>
        session.Raise(alert, exception => LogSubscriberFailed(logger, alert.Reason, exception.Message));
}
