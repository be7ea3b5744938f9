using NodeManager.Core.Operations;

namespace NodeManager.Server.Tour;

/// <summary>Shows a drain as it happens: a line whenever what it waits for changes, with the seconds since the start.</summary>
internal sealed class TourObserver(Terminal terminal, TimeProvider time) : IOperationObserver
{
    private readonly long _started = time.GetTimestamp();
    private readonly Lock _lock = new();
    private string _last = "";

    public void Warning(string message) => Write(terminal.Paint("warning: ", Ink.Yellow) + message);

    public void Verbose(string message) => Write(message);

    public void Progress(OperationProgress progress)
    {
        if (!progress.Completed) Write(terminal.Paint(progress.Status, Ink.Cyan));
    }

    private void Write(string text)
    {
        lock (_lock)
        {
            if (text == _last) return;
            _last = text;
            terminal.Line($"  {time.GetElapsedTime(_started).TotalSeconds,5:0.0} s  {text}");
        }
    }
}
