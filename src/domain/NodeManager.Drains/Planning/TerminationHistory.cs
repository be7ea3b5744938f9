using NodeManager.Drains.Decisions;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Planning;

/// <summary>How long pods took to terminate in the drains of a session, by workload and grace period. Thread-safe.</summary>
internal sealed class TerminationHistory
{
    private const int Kept = 20;
    private const int MaximumWorkloads = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Workload, long Grace), Queue<TimeSpan>> _durations = [];

    /// <param name="grace">The grace period that applied, in seconds.</param>
    public void Add(Pod pod, long grace, TimeSpan duration)
    {
        (string, long) key = (TitleOf(pod), grace);
        lock (_lock)
        {
            if (!_durations.TryGetValue(key, out Queue<TimeSpan>? durations))
            {
                if (_durations.Count >= MaximumWorkloads)
                    return;
                _durations.Add(key, durations = new());
            }

            durations.Enqueue(duration);
            if (durations.Count > Kept)
                durations.Dequeue();
        }
    }

    /// <summary>The median of the last ones; null without any.</summary>
    public TimeSpan? Usual(Pod pod, long grace)
    {
        lock (_lock)
        {
            return _durations.TryGetValue((TitleOf(pod), grace), out Queue<TimeSpan>? durations)
                ? durations.Order().ElementAt(durations.Count / 2)
                : null;
        }
    }

    /// <summary>The workload of a pod, also of those whose availability is not kept: <c>Kind namespace/name</c>.</summary>
    public static string TitleOf(Pod pod) =>
        WorkloadRules.KeyOf(pod)
        ?? (pod.Controller() is { } owner ? $"{owner.Kind} {pod.Metadata.Namespace}/{owner.Name}" : $"Pod {pod.Key()}");
}
