using Microsoft.Extensions.Logging;

namespace NodeManager.Core.Maintenance.State;

internal static partial class RunDirectoryLog
{
    [LoggerMessage(
        EventId = 3101, Level = LogLevel.Warning,
        Message = "ConfigMap {Namespace}/{Name} has a maintenance run in the format '{Format}', of which this version reads '{Known}', or was changed by hand; it is left out.")]
    public static partial void RunNotReadable(this ILogger logger, string @namespace, string name, string format, string known);
}
