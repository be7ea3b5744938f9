using Microsoft.Extensions.Logging;

namespace NodeManager.Maintenance.Records;

internal static partial class RunDirectoryLog
{
    [LoggerMessage(
        EventId = 3101,
        Level = LogLevel.Warning,
        Message = "Omitting maintenance runs in namespace {Namespace} that do not have the format '{Known}' or were changed manually: {Names}."
    )]
    public static partial void RunsNotReadable(this ILogger logger, string @namespace, string names, string known);
}
