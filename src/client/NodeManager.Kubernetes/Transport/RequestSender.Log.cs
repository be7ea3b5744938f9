using Microsoft.Extensions.Logging;

namespace NodeManager.Kubernetes.Transport;

internal sealed partial class RequestSender
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "{Method} {Path}: {Code} in {Milliseconds} ms")]
        public static partial void Answered(ILogger logger, string method, string path, int code, long milliseconds);

        [LoggerMessage(2, LogLevel.Debug, "{Method} {Path}: no answer in {Milliseconds} ms: {Problem}")]
        public static partial void Unanswered(ILogger logger, string method, string path, long milliseconds, string problem);

        [LoggerMessage(3, LogLevel.Debug, "{Method} {Path}: trying again in {Milliseconds} ms, after try {Tries}")]
        public static partial void Retrying(ILogger logger, string method, string path, long milliseconds, int tries);
    }
}
