using NodeManager.Core.Progress;

namespace NodeManager.Server.Autoscaler;

internal sealed partial class LogObserver(ILogger logger) : IOperationObserver
{
    public void Warning(string message) => LogWarning(logger, DisplayText.EscapeLines(message));

    public void Verbose(string message) => LogVerbose(logger, DisplayText.EscapeLines(message));

    public void Progress(OperationProgress progress)
    {
        // Metrics show progress.
    }

    [LoggerMessage(LogLevel.Warning, "{Message}")]
    private static partial void LogWarning(ILogger logger, string message);

    [LoggerMessage(LogLevel.Information, "{Message}")]
    private static partial void LogVerbose(ILogger logger, string message);
}
