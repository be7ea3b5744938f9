namespace NodeManager.Core.Maintenance.Running;

/// <summary>Tells how far a run is: batch, nodes and their steps, and about how long it still takes. Thread-safe.</summary>
internal sealed class MaintenanceProgress(MaintenanceScope scope, string run, TimeSpan soak, Func<string, string> nameOf) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, string> _steps = new(StringComparer.Ordinal);
    private readonly List<TimeSpan> _batches = [];
    private string _phase = "";
    private int _batch;
    private int _batchesLeft;
    private int _done;
    private int _total;
    private long _batchStart;

    /// <summary>What goes on where no node is worked on.</summary>
    public void Phase(string phase)
    {
        lock (_lock) _phase = phase;
        Tell();
    }

    public void Batch(int number, int left, int done, int total)
    {
        lock (_lock)
        {
            (_batch, _batchesLeft, _done, _total, _phase) = (number, left, done, total, "");
            _batchStart = scope.Time.GetTimestamp();
        }

        Tell();
    }

    public void BatchEnded(int done)
    {
        lock (_lock)
        {
            _done = done;
            _batches.Add(scope.Time.GetElapsedTime(_batchStart));
            _batchesLeft = Math.Max(0, _batchesLeft - 1);
        }

        Tell();
    }

    /// <param name="uid">Of the node.</param>
    /// <param name="step">The step that begins; empty when the node is done with.</param>
    public void Step(string uid, string step)
    {
        lock (_lock)
        {
            if (step.Length == 0) _steps.Remove(nameOf(uid));
            else _steps[nameOf(uid)] = step;
        }

        Tell();
    }

    public void Dispose() => scope.Observer.Progress(new(Key, Activity, "", 100, true));

    private string Key => "maintenance " + run;

    private string Activity => $"Maintenance {run} of {scope.Session.Cluster}";

    private void Tell()
    {
        string status;
        int percent;
        lock (_lock)
        {
            List<string> words = [$"{_done} of {_total} nodes done"];
            if (_batch > 0) words.Add($"batch {_batch} of {_batch + Math.Max(0, _batchesLeft - (_phase.Length > 0 ? 0 : 1))}");
            if (_steps.Count > 0)
                words.Add(string.Join(", ", _steps.Take(4).Select(s => $"{s.Key} {s.Value}")) + (_steps.Count > 4 ? $" and {_steps.Count - 4} more" : ""));
            if (_phase.Length > 0) words.Add(_phase);
            if (Left() is { } left) words.Add($"about {HumanDuration.Format(left)} left");
            status = string.Join("; ", words);
            percent = _total == 0 ? -1 : 100 * _done / _total;
        }

        scope.Observer.Progress(new(Key, Activity, status, percent));
    }

    // As long as batches took so far, and the soaks between them.
    private TimeSpan? Left()
    {
        if (_batches.Count == 0 || _batchesLeft == 0) return null;
        TimeSpan each = TimeSpan.FromSeconds(_batches.Average(b => b.TotalSeconds));
        TimeSpan left = (each * _batchesLeft) + (soak * Math.Max(0, _batchesLeft - 1));
        return left;
    }
}
