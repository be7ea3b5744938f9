using NodeManager.Core.Progress;
using NodeManager.Pipeline;

namespace NodeManager.Sessions;

/// <summary>A session's log. The session outlives the cmdlet that connected, so each line goes to the cmdlet that is running.</summary>
internal sealed class StreamLog : IOperationLog
{
    public static StreamLog Instance { get; } = new();

    public bool IsEnabled(OperationLogLevel level) => Worker.Current?.IsEnabled(level) == true;

    public void Write(OperationLogLevel level, string message) => Worker.Current?.Write(level, message);
}
