namespace NodeManager.Core.Progress;

/// <summary>
/// Where log lines go. For callers that must not name a logging library: the cmdlets, whose assembly lives beside other modules' libraries.
/// </summary>
public interface IOperationLog
{
    /// <summary>False spares making the line.</summary>
    bool IsEnabled(OperationLogLevel level);

    /// <summary>Called from any thread; returns immediately.</summary>
    void Write(OperationLogLevel level, string message);
}
