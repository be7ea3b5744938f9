using System.Text;
using Microsoft.Extensions.Logging;

namespace NodeManager.Core.Progress;

/// <summary>An <see cref="ILogger"/> that writes to an <see cref="IOperationLog"/>, scopes first.</summary>
internal sealed class OperationLogger(IOperationLog log) : ILogger
{
    private readonly LoggerExternalScopeProvider _scopes = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => _scopes.Push(state);

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && log.IsEnabled(Map(logLevel));

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        if (!IsEnabled(logLevel))
            return;

        var line = new StringBuilder();
        _scopes.ForEachScope(static (scope, text) => text.Append(scope).Append(": "), line);
        line.Append(formatter(state, exception));
        if (exception is not null)
            line.Append(" (").Append(exception.Message).Append(')');
        log.Write(Map(logLevel), line.ToString());
    }

    private static OperationLogLevel Map(LogLevel level) =>
        level switch
        {
            LogLevel.Trace or LogLevel.Debug => OperationLogLevel.Debug,
            LogLevel.Information => OperationLogLevel.Verbose,
            _ => OperationLogLevel.Warning,
        };
}
