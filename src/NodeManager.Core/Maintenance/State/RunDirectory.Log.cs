using Microsoft.Extensions.Logging;

namespace NodeManager.Core.Maintenance.State;

internal static partial class RunDirectoryLog
{
    [LoggerMessage(
        EventId = 3101, Level = LogLevel.Warning,
        Message = "Maintenance runs in namespace {Namespace} that are not in the format '{Known}', which this version reads, or were changed by hand, are left out: {Names}.")]
    public static partial void RunsNotReadable(this ILogger logger, string @namespace, string names, string known);
}
