using Microsoft.Extensions.Logging;

namespace NodeManager.Kubernetes.Authentication;

internal sealed partial class ExecCredentialSource
{
    [LoggerMessage(40, LogLevel.Debug, "Credential plugin {Command} gave a credential that expires {Expires}")]
    private static partial void LogAnswered(ILogger logger, string command, DateTimeOffset? expires);
}
