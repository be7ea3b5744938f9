namespace NodeManager.Core.Progress;

/// <summary>
/// The target of log lines, for callers that must not reference a logging library: the cmdlets, whose assembly is loaded beside other
/// modules' libraries.
/// </summary>
public interface IOperationLog
{
    /// <summary>False saves building the line.</summary>
    bool IsEnabled(OperationLogLevel level);

    /// <summary>Called from any thread; returns immediately.</summary>
    void Write(OperationLogLevel level, string message);
}
