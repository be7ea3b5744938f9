using System.Diagnostics;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Conformance.Kubelets;

/// <summary>
/// What a watch shows of a pod, each state with its time: phase, readiness, state of the container, and whether the pod is terminating.
/// </summary>
internal sealed class PodCourse : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(string State, TimeSpan At)> _states = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Task _watching;

    public PodCourse(KubernetesClient client, string ns, string name) => _watching = WatchAsync(client, ns, name);

    public IReadOnlyList<string> States
    {
        get
        {
            lock (_states)
                return [.. _states.Select(static one => one.State)];
        }
    }

    /// <summary>The seconds from a state to the one after it.</summary>
    public double SecondsOf(int index)
    {
        lock (_states)
            return (_states[index + 1].At - _states[index].At).TotalSeconds;
    }

    public Task ReachesAsync(string state, int times = 1) =>
        Eventually.HoldsAsync(
            $"{state}, {times} times",
            () => Task.FromResult(States.Count(one => one == state) >= times),
            TimeSpan.FromMilliseconds(100)
        );

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task WatchAsync(KubernetesClient client, string ns, string name)
    {
        ListOptions options = new() { Namespace = ns, FieldSelector = "metadata.name=" + name };
        try
        {
            await foreach (WatchEvent<Pod> change in client.WatchAsync(Resources.Pods, options, _stop.Token))
                if (change.Type != WatchEventType.Synced)
                    Record(change.Type == WatchEventType.Deleted ? "gone" : StateOf(change.Object));
        }
        catch (OperationCanceledException)
        {
            // The test has ended.
        }
    }

    private void Record(string state)
    {
        lock (_states)
            if (_states.Count == 0 || _states[^1].State != state)
                _states.Add((state, Stopwatch.GetElapsedTime(_start)));
    }

    private static string StateOf(Pod pod)
    {
        ContainerState? container = pod.Status.ContainerStatuses is [{ State: { } state }, ..] ? state : null;
        string text =
            container?.Waiting?.Reason
            ?? (
                container?.Terminated is { } ended ? $"{ended.Reason}:{ended.ExitCode}"
                : container?.Running is not null ? "running"
                : "-"
            );
        string end = pod.Metadata.DeletionTimestamp is null ? "" : " terminating";
        return $"{pod.Status.Phase} {(TestCluster.IsReady(pod) ? "ready" : "unready")} {text}{end}";
    }
}
