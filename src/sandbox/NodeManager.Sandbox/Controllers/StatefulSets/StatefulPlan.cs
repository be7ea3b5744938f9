using System.Globalization;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Controllers.Workloads;

namespace NodeManager.Sandbox.Controllers.StatefulSets;

/// <summary>The desired pods of a StatefulSet. Source: k8s.io/kubernetes/pkg/controller/statefulset.</summary>
internal sealed class StatefulPlan
{
    private readonly DateTimeOffset _now;
    private readonly int _start;
    private readonly int _count;
    private readonly int _partition;
    private readonly bool _isRolling;

    /// <param name="newest">The revision of its current template.</param>
    /// <param name="current">The revision of the last complete update.</param>
    public StatefulPlan(JsonObject spec, string newest, string current, DateTimeOffset now)
    {
        (Newest, Current, _now) = (newest, current, now);
        _start = (int)(spec.Object("ordinals").Number("start") ?? 0);
        _count = (int)(spec.Number("replicas") ?? 1);
        _isRolling = spec.Object("updateStrategy").Text("type") != "OnDelete";
        _partition = (int)(spec.Object("updateStrategy").Object("rollingUpdate").Number("partition") ?? 0);
        IsOrdered = spec.Text("podManagementPolicy") != "Parallel";
        MinReadySeconds = (int)(spec.Number("minReadySeconds") ?? 0);
    }

    public string Newest { get; }

    public string Current { get; }

    public bool IsOrdered { get; }

    public int MinReadySeconds { get; }

    public IEnumerable<int> Ordinals => Enumerable.Range(_start, _count);

    public bool IsDesired(int ordinal) => ordinal >= _start && ordinal < _start + _count;

    /// <summary>Pods below the partition keep the old revision, even when they are recreated.</summary>
    public string RevisionOf(int ordinal) => _isRolling && ordinal < _start + _partition ? Current : Newest;

    public bool IsAvailable(StoredObject pod) => pod.Field("status.phase") == "Running" && pod.As<Pod>().IsAvailable(MinReadySeconds, _now);

    /// <summary>A completed pod is recreated.</summary>
    public static bool IsOver(StoredObject pod) => pod.Field("status.phase") is "Failed" or "Succeeded";

    /// <summary>The next pod to update, from the highest ordinal down; null for none, or while one is not ready.</summary>
    public StoredObject? Outdated(SortedDictionary<int, StoredObject> pods)
    {
        if (!_isRolling)
            return null;
        foreach (int ordinal in Ordinals.Reverse().Where(ordinal => ordinal >= _start + _partition))
        {
            if (!pods.TryGetValue(ordinal, out StoredObject? pod))
                return null;
            if (!pod.IsDeleting && pod.Labels?.GetValueOrDefault(PodTemplates.RevisionLabel) != Newest)
                return pod;
            if (pod.IsDeleting || !IsAvailable(pod))
                return null;
        }

        return null;
    }

    /// <summary>Null for a name outside the set.</summary>
    public static int? OrdinalOf(StoredObject set, StoredObject pod) =>
        pod.Name.StartsWith(set.Name + "-", StringComparison.Ordinal)
        && int.TryParse(pod.Name.AsSpan(set.Name.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal)
            ? ordinal
            : null;
}
