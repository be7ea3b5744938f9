namespace NodeManager.Core.Progress;

/// <summary>How much a log line matters.</summary>
public enum OperationLogLevel
{
    Debug,
    Verbose,
    Warning,
}
