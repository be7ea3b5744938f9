using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Sandbox.Tests.Controllers;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Tests.Kubelet;

/// <summary>
/// The states of a pod as a watch shows them, each with its time: phase, readiness, state of the first container, and whether it is terminating.
/// </summary>
internal sealed class PodCourse(LiveCluster cluster, string name)
{
    private readonly ChangeCursor _cursor = cluster.Store.OpenCursor(BuiltInKinds.Pods, cluster.Store.Version)!;
    private readonly List<(string State, DateTimeOffset At)> _states = [];

    public IReadOnlyList<string> States => [.. Read().Select(static one => one.State)];

    /// <summary>The seconds between the first occurrences of two states.</summary>
    public double Between(string first, string second)
    {
        List<(string State, DateTimeOffset At)> states = Read();
        DateTimeOffset from = states.First(one => one.State == first).At;
        return (states.First(one => one.State == second && one.At >= from).At - from).TotalSeconds;
    }

    /// <summary>Moves the clock until the pod is in this state.</summary>
    public Task ReachesAsync(string state, int times = 1) =>
        cluster.UntilAsync(() => Read().Count(one => one.State == state) >= times, $"{state} of {string.Join(", ", States)}");

    private List<(string State, DateTimeOffset At)> Read()
    {
        while (_cursor.TryRead(out Change? change))
        {
            if (change.Object.Name != name)
                continue;
            string state = change.Type == ChangeType.Deleted ? "gone" : StateOf(change.Object);
            if (_states.Count == 0 || _states[^1].State != state)
                _states.Add((state, cluster.Cluster.Time.GetUtcNow()));
        }

        return _states;
    }

    public static string StateOf(StoredObject pod)
    {
        JsonObject document = pod.ToJson();
        JsonObject? container = document.Object("status").Objects("containerStatuses").FirstOrDefault().Object("state");
        string state =
            container.Object("waiting").Text("reason")
            ?? (
                container.Object("terminated") is { } ended
                    ? string.Create(CultureInfo.InvariantCulture, $"{ended.Text("reason")}:{ended.Number("exitCode")}")
                : container.Object("running") is not null ? "running"
                : "-"
            );
        string ready = pod.As<Pod>().IsReady() ? "ready" : "unready";
        return $"{pod.Field("status.phase")} {ready} {state}{(pod.IsDeleting ? " terminating" : "")}";
    }
}
