using NodeManager.Maintenance.Records;

namespace NodeManager.Maintenance.Execution;

/// <summary>
/// Reports the progress of a run: one line for the run, below it one for each node in progress, or for the current wait. Important words
/// come first, because terminals truncate lines. Thread-safe.
/// </summary>
internal sealed class MaintenanceProgress(MaintenanceScope scope, string run) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _steps = [];
    private readonly List<TimeSpan> _batches = [];
    private string _opening = "";
    private TimeSpan _soak;
    private bool _isWaiting;
    private bool _isInBatch;
    private int _batch;
    private int _batchesLeft;
    private int _done;
    private int _failed;
    private int _total;
    private long _batchStart;

    private string Key => "maintenance " + run;

    private string WaitKey => Key + " waits";

    /// <summary>The preparation before the first batch.</summary>
    public void Opening(string what)
    {
        lock (_lock)
            _opening = what;
        Report();
    }

    /// <summary>Starts the report when the run's nodes are known.</summary>
    public void Start(RunProgressLog ledger, TimeSpan soak)
    {
        IReadOnlyList<NodeRecord> nodes = [.. ledger.Nodes.Where(n => n.Status != NodeMaintenanceStatus.Skipped)];
        lock (_lock)
        {
            (_opening, _soak, _total) = ("", soak, nodes.Count);
            _done = nodes.Count(n => n.Status is NodeMaintenanceStatus.Completed or NodeMaintenanceStatus.Deleted);
            _failed = nodes.Count(n => n.Status == NodeMaintenanceStatus.Failed);
        }

        Report();
    }

    /// <param name="number">Counts from 1.</param>
    /// <param name="remaining">The number of remaining batches, including this one.</param>
    public void Batch(int number, int remaining)
    {
        Wait("", "");
        lock (_lock)
        {
            (_batch, _batchesLeft, _isInBatch) = (number, remaining, true);
            _batchStart = scope.Time.GetTimestamp();
        }

        Report();
    }

    public void BatchEnded()
    {
        lock (_lock)
        {
            _batches.Add(scope.Time.GetElapsedTime(_batchStart));
            (_batchesLeft, _isInBatch) = (Math.Max(0, _batchesLeft - 1), false);
        }

        Report();
    }

    /// <summary>A wait of the run; empty when it is over.</summary>
    /// <param name="activity">One word: Soaking, Waiting.</param>
    /// <param name="status">The reason and the end of the wait.</param>
    public void Wait(string activity, string status)
    {
        lock (_lock)
        {
            if (!_isWaiting && activity.Length == 0)
                return;
            _isWaiting = activity.Length > 0;
        }

        scope.Observer.Progress(new(WaitKey, activity, status, -1, activity.Length == 0, Key));
    }

    public void Step(NodeRecord node, string step)
    {
        lock (_lock)
            _steps[node.Uid] = step;
        Detail(node, "");
    }

    /// <summary>The progress of the node's step, or what it waits for.</summary>
    public void Detail(NodeRecord node, string detail, int percent = -1, IReadOnlyList<string>? waitsFor = null)
    {
        lock (_lock)
        {
            if (_steps.TryGetValue(node.Uid, out string? step))
                scope.Observer.Progress(
                    new(KeyOf(node), node.Name, detail.Length > 0 ? $"{step}: {detail}" : step, percent, false, Key)
                    {
                        WaitsFor = waitsFor ?? [],
                    }
                );
        }
    }

    public void NodeEnded(NodeRecord node)
    {
        lock (_lock)
        {
            if (node.Status == NodeMaintenanceStatus.Failed)
                _failed++;
            else
                _done++;
            if (_steps.Remove(node.Uid))
                scope.Observer.Progress(new(KeyOf(node), node.Name, "", 100, true, Key));
        }

        Report();
    }

    /// <summary>The node's work is postponed.</summary>
    public void NodePostponed(NodeRecord node)
    {
        lock (_lock)
        {
            if (_steps.Remove(node.Uid))
                scope.Observer.Progress(new(KeyOf(node), node.Name, "", 100, true, Key));
        }
    }

    /// <summary>Removes all lines, including those of interrupted nodes.</summary>
    public void Dispose()
    {
        Wait("", "");
        lock (_lock)
        {
            foreach (string uid in _steps.Keys)
                scope.Observer.Progress(new($"{Key} {uid}", run, "", -1, true, Key));
            _steps.Clear();
        }

        scope.Observer.Progress(new(Key, "Maintenance " + run, "", 100, true));
    }

    private string KeyOf(NodeRecord node) => $"{Key} {node.Uid}";

    private void Report()
    {
        lock (_lock)
        {
            List<string> words = [];
            if (_opening.Length > 0)
                words.Add(_opening);
            if (_total > 0)
                words.Add($"{_done} of {_total} done{(_failed > 0 ? $", {_failed} failed" : "")}");
            if (_batch > 0)
                words.Add($"batch {_batch} of {_batch + _batchesLeft - (_isInBatch ? 1 : 0)}");
            if (Remaining() is { } remaining)
                words.Add($"about {HumanDuration.Format(remaining)} left");
            words.Add(scope.Session.Cluster);
            scope.Observer.Progress(
                new(Key, "Maintenance " + run, string.Join("; ", words), _total == 0 ? -1 : 100 * (_done + _failed) / _total)
            );
        }
    }

    // Estimated from the previous batches, plus a soak before each remaining one.
    private TimeSpan? Remaining()
    {
        if (_batches.Count == 0 || _batchesLeft == 0)
            return null;
        TimeSpan each = TimeSpan.FromSeconds(_batches.Average(b => b.TotalSeconds));
        return (each * _batchesLeft) + (_soak * (_isInBatch ? _batchesLeft - 1 : _batchesLeft));
    }
}
