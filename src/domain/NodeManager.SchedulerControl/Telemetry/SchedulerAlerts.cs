using Microsoft.Extensions.Logging;

namespace NodeManager.SchedulerControl.Telemetry;

/// <summary>Raises alerts for the subscribers of a session. A failing subscriber does not fail the operation.</summary>
internal static partial class SchedulerAlerts
{
    public static void Raise(NodeManagerSession session, ILogger logger, SchedulerAlertEventArgs alert) =>
        session.Raise(alert, exception => LogSubscriberFailed(logger, alert.Reason, exception.Message));
}
