using NodeManager.Core.Progress;
using NodeManager.Drains.Progress;

namespace NodeManager.Drains.Reporting;

/// <summary>
/// Reports the progress of the drain of one node, at most five times a second; the last state is always reported. Thread-safe.
/// </summary>
internal sealed class DrainProgress : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly IOperationObserver _observer;
    private readonly TimeProvider _time;
    private readonly string _node;
    private readonly ITimer _later;
    private IReadOnlyList<PodRecord> _records = [];
    private string _phase = "";
    private long? _reportedAt;
    private bool _isPending;
    private bool _isOver;

    public DrainProgress(IOperationObserver observer, TimeProvider time, string node)
    {
        _observer = observer;
        _time = time;
        _node = node;
        _later = time.CreateTimer(
            static state => ((DrainProgress)state!).Flush(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    /// <summary>The pods to count; pass a new list each time.</summary>
    public void Track(IReadOnlyList<PodRecord> records)
    {
        lock (_lock)
            _records = records;
        Changed();
    }

    /// <summary>What happens beside the pods; empty for nothing.</summary>
    public void Phase(string phase)
    {
        lock (_lock)
            _phase = phase;
        Changed();
    }

    public void Changed()
    {
        lock (_lock)
        {
            if (_isOver || _isPending)
                return;
            TimeSpan since = _reportedAt is { } reportedAt ? _time.GetElapsedTime(reportedAt) : Interval;
            if (since < Interval)
            {
                _isPending = true;
                _later.Change(Interval - since, Timeout.InfiniteTimeSpan);
                return;
            }

            Report();
        }
    }

    /// <summary>Removes the progress bar.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isOver)
                return;
            _isOver = true;
            _observer.Progress(new(_node, Activity, "", 100, true));
        }

        _later.Dispose();
    }

    private string Activity => $"Draining {_node}";

    private void Flush()
    {
        lock (_lock)
        {
            _isPending = false;
            if (!_isOver)
                Report();
        }
    }

    private void Report()
    {
        _reportedAt = _time.GetTimestamp();
        List<PodRecord> going = [.. _records.Where(r => r.Plan.Decision is DrainDecision.Evict or DrainDecision.Wait)];
        int gone = going.Count(r => r.EndedAt is not null);
        List<string> waits = [.. going.Select(r => r.WaitsFor).Where(w => w.Length > 0).Distinct().Order(StringComparer.Ordinal)];
        if (_phase.Length > 0)
            waits.Insert(0, _phase);
        string status = $"{gone} of {going.Count} pods evicted";
        if (waits.Count > 0)
            status += $"; waiting for {NameList.Of(waits, 3)}";
        _observer.Progress(new(_node, Activity, status, going.Count == 0 ? -1 : 100 * gone / going.Count) { WaitsFor = waits });
    }
}
