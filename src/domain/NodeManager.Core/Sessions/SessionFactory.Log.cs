using Microsoft.Extensions.Logging;

namespace NodeManager.Core.Sessions;

public static partial class SessionFactory
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);

    [LoggerMessage(Level = LogLevel.Information, Message = "Connected to cluster '{Cluster}'. User: {User}. Groups: {Groups}.")]
    private static partial void LogConnected(ILogger logger, string cluster, string user, string groups);
}
