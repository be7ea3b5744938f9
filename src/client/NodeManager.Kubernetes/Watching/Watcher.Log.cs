using Microsoft.Extensions.Logging;

namespace NodeManager.Kubernetes.Watching;

internal sealed partial class Watcher<T>
{
    [LoggerMessage(20, LogLevel.Debug, "Watch of {Kind}: resourceVersion {ResourceVersion} has expired; relisting")]
    private static partial void LogExpired(ILogger logger, string kind, string? resourceVersion);

    [LoggerMessage(21, LogLevel.Debug, "Watch of {Kind}: cut ({Problem}), connecting again in {Milliseconds} ms")]
    private static partial void LogCut(ILogger logger, string kind, string problem, long milliseconds);

    [LoggerMessage(22, LogLevel.Debug, "Watch of {Kind}: the server refuses it ({Problem}); listing every {Seconds} s")]
    private static partial void LogUnwatchable(ILogger logger, string kind, string problem, double seconds);
}
