using NodeManager.Maintenance.Records;

namespace NodeManager.Maintenance.Execution;

/// <summary>
/// Tells how far a run is: one line for the run, below it one for each node that is worked on, or for what is waited for. Words that
/// matter most stand first, as terminals cut lines. Thread-safe.
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

    /// <summary>Before the first batch: what is being prepared.</summary>
    public void Opening(string what)
    {
        lock (_lock)
            _opening = what;
        Tell();
    }

    /// <summary>The run's nodes are known.</summary>
    public void Start(RunProgressLog ledger, TimeSpan soak)
    {
        IReadOnlyList<NodeRecord> nodes = [.. ledger.Nodes.Where(n => n.Status != NodeMaintenanceStatus.Skipped)];
        lock (_lock)
        {
            (_opening, _soak, _total) = ("", soak, nodes.Count);
            _done = nodes.Count(n => n.Status is NodeMaintenanceStatus.Completed or NodeMaintenanceStatus.Deleted);
            _failed = nodes.Count(n => n.Status == NodeMaintenanceStatus.Failed);
        }

        Tell();
    }

    /// <summary>A batch begins.</summary>
    /// <param name="number">Counts from 1.</param>
    /// <param name="left">How many there are still, with this one.</param>
    public void Batch(int number, int left)
    {
        Wait("", "");
        lock (_lock)
        {
            (_batch, _batchesLeft, _isInBatch) = (number, left, true);
            _batchStart = scope.Time.GetTimestamp();
        }

        Tell();
    }

    public void BatchEnded()
    {
        lock (_lock)
        {
            _batches.Add(scope.Time.GetElapsedTime(_batchStart));
            (_batchesLeft, _isInBatch) = (Math.Max(0, _batchesLeft - 1), false);
        }

        Tell();
    }

    /// <summary>What continues where no node is worked on; empty when that is over.</summary>
    /// <param name="activity">A word: Soaking, Waiting.</param>
    /// <param name="status">For what, and until when.</param>
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

    /// <summary>A step of a node begins.</summary>
    public void Step(NodeRecord node, string step)
    {
        lock (_lock)
            _steps[node.Uid] = step;
        Detail(node, "");
    }

    /// <summary>How far the node's step is, or what it waits for.</summary>
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

    /// <summary>The node's work is over, well or not.</summary>
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

        Tell();
    }

    /// <summary>The node's work is broken off, to begin again later.</summary>
    public void NodePostponed(NodeRecord node)
    {
        lock (_lock)
        {
            if (_steps.Remove(node.Uid))
                scope.Observer.Progress(new(KeyOf(node), node.Name, "", 100, true, Key));
        }
    }

    /// <summary>Takes all lines away, also those of nodes that an interrupt left in the middle.</summary>
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

    private void Tell()
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
            if (Left() is { } left)
                words.Add($"about {HumanDuration.Format(left)} left");
            words.Add(scope.Session.Cluster);
            scope.Observer.Progress(
                new(Key, "Maintenance " + run, string.Join("; ", words), _total == 0 ? -1 : 100 * (_done + _failed) / _total)
            );
        }
    }

    // As long as batches took so far, and a soak before each that is not begun.
    private TimeSpan? Left()
    {
        if (_batches.Count == 0 || _batchesLeft == 0)
            return null;
        TimeSpan each = TimeSpan.FromSeconds(_batches.Average(b => b.TotalSeconds));
        return (each * _batchesLeft) + (_soak * (_isInBatch ? _batchesLeft - 1 : _batchesLeft));
    }
}
