using NodeManager.Core.Progress;

namespace NodeManager.Server.Tour;

/// <summary>Shows a drain: a line per change of what it waits for, with the elapsed seconds.</summary>
internal sealed class TourObserver(Terminal terminal, TimeProvider time) : IOperationObserver
{
    private readonly long _started = time.GetTimestamp();
    private readonly Lock _lock = new();
    private Cell[] _last = [];

    public void Warning(string message) => Write(new("warning: ", Ink.Yellow), message);

    public void Verbose(string message) => Write(message);

    public void Progress(OperationProgress progress)
    {
        if (!progress.Completed)
            Write(new Cell(progress.Status, Ink.Cyan));
    }

    private void Write(params Cell[] pieces)
    {
        lock (_lock)
        {
            if (_last.AsSpan().SequenceEqual(pieces))
                return;
            _last = pieces;
            terminal.Line([$"  {time.GetElapsedTime(_started).TotalSeconds, 5:0.0} s  ", .. pieces]);
        }
    }
}
