using Microsoft.Extensions.Logging;

namespace NodeManager.Kubernetes.Authentication;

internal static partial class ExecPlugin
{
    [LoggerMessage(41, LogLevel.Warning, "{Command}: {Line}")]
    private static partial void LogSaid(ILogger logger, string command, string line);
}
