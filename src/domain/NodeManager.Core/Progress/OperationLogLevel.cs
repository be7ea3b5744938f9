namespace NodeManager.Core.Progress;

public enum OperationLogLevel
{
    Debug,
    Verbose,
    Warning,
}
