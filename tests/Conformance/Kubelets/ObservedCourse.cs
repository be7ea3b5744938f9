using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Conformance.Kubelets;

/// <summary>
/// What watches show of the pods of a namespace and their node. Each state of a pod has its time: phase, readiness, state of the container,
/// and whether the pod is terminating.
/// </summary>
internal sealed class ObservedCourse : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly List<(string? Uid, string Name, List<(string State, DateTimeOffset At)> States)> _pods = [];
    private readonly List<(string State, DateTimeOffset At)> _node = [];
    private readonly List<(string? Uid, string Reason)> _events = [];
    private readonly Task _watching;
    private string? _replacedIn;

    public ObservedCourse(KubernetesClient client, TimeProvider time, string ns, string node)
    {
        _time = time;
        _watching = Task.WhenAll(
            WatchAsync(client, Resources.Pods, new() { Namespace = ns }, OnPod),
            WatchAsync(client, Resources.Nodes, new() { FieldSelector = "metadata.name=" + node }, OnNode),
            WatchAsync(client, Resources.Events, new() { Namespace = ns }, OnEvent)
        );
    }

    /// <summary>Of the first pod.</summary>
    public IReadOnlyList<(string State, DateTimeOffset At)> Pod => Read(() => _pods.Count == 0 ? [] : _pods[0].States);

    /// <summary>Of the pod that replaces it.</summary>
    public IReadOnlyList<(string State, DateTimeOffset At)> Replacement => Read(() => _pods.Count < 2 ? [] : _pods[1].States);

    /// <summary>Whether the node is ready. A paused kubelet may report False, or leave Unknown until it reports True.</summary>
    public IReadOnlyList<(string State, DateTimeOffset At)> Node => Read(() => _node);

    public string PodName => Read(() => new[] { _pods[0].Name })[0];

    /// <summary>The state of the first pod when the second appeared.</summary>
    public string? ReplacedIn
    {
        get
        {
            lock (_lock)
                return _replacedIn;
        }
    }

    /// <summary>The reasons of the kubelet's events of the first pod, each once.</summary>
    public IReadOnlyList<string> Events =>
        Read(() => _events.Where(one => one.Uid == _pods[0].Uid).Select(static one => one.Reason).Distinct());

    public Task PodReachesAsync(string state, int times = 1) => ReachesAsync(state, times, () => Pod);

    public Task NodeReachesAsync(string state, int times = 1) => ReachesAsync(state, times, () => Node);

    public Task ReplacementReachesAsync(string state) => ReachesAsync(state, 1, () => Replacement);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private static Task ReachesAsync(string state, int times, Func<IReadOnlyList<(string State, DateTimeOffset At)>> read) =>
        Eventually.GetAsync(
            $"{state}, {times} times",
            () => Task.FromResult(read()),
            states => states.Count(one => one.State == state) >= times,
            static states => string.Join(", ", states.Select(static one => one.State))
        );

    private IReadOnlyList<T> Read<T>(Func<IEnumerable<T>> list)
    {
        lock (_lock)
            return [.. list()];
    }

    private async Task WatchAsync<T>(KubernetesClient client, ResourceType<T> type, ListOptions options, Action<WatchEvent<T>> record)
        where T : KubernetesObject
    {
        try
        {
            await foreach (WatchEvent<T> change in client.WatchAsync(type, options, _stop.Token))
                if (change.Type != WatchEventType.Synced)
                    lock (_lock)
                        record(change);
        }
        catch (OperationCanceledException)
        {
            // The test has ended.
        }
    }

    private void OnPod(WatchEvent<Pod> change)
    {
        ObjectMeta metadata = change.Object.Metadata;
        if (!_pods.Exists(one => one.Uid == metadata.Uid))
        {
            if (_pods.Count == 1)
                _replacedIn = _pods[0].States[^1].State;
            _pods.Add((metadata.Uid, metadata.Name, []));
        }

        Add(_pods.Find(one => one.Uid == metadata.Uid).States, change.Type == WatchEventType.Deleted ? "gone" : StateOf(change.Object));
    }

    private void OnNode(WatchEvent<Node> change) =>
        Add(_node, change.Object.Status.Conditions?.Find(static one => one.Type == "Ready")?.Status == "True" ? "ready" : "not ready");

    private void OnEvent(WatchEvent<Event> change)
    {
        // A cluster without DNS is one of the test's.
        if (change.Object is { Source.Component: "kubelet", Reason: not "MissingClusterDNS" })
            _events.Add((change.Object.InvolvedObject.Uid, change.Object.Reason ?? ""));
    }

    private void Add(List<(string State, DateTimeOffset At)> states, string state)
    {
        if (states.Count == 0 || states[^1].State != state)
            states.Add((state, _time.GetUtcNow()));
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
