using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Conformance.RealCluster;

/// <summary>
/// Stands in for the kubelets of all nodes of a control plane: takes every Node object for its own, keeps its lease and conditions fresh,
/// runs the pods bound to it (in status only) and finishes their deletion. <see cref="KubeletAnnotations"/> make it misbehave.
/// </summary>
internal sealed class SimulatedKubelets : IDisposable
{
    /// <summary>How long a node may stay silent before it becomes Unknown, unless a test needs it otherwise: so long that no busy machine makes it true of one that is well.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    // Each waits for an answer most of the time: those of a busy server must not come one after another.
    private const int RenewalsAtOnce = 32;

    // As a kubelet does.
    private static readonly TimeSpan LeasePeriod = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(200);
    private readonly KubernetesClient _client;
    private readonly TimeSpan _leasePeriod;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, Node> _nodes = new();
    private readonly ConcurrentDictionary<string, Pod> _pods = new();

    // What is being worked on; true when something happened to it meanwhile.
    private readonly ConcurrentDictionary<(string Uid, string Work), bool> _busy = new();

    private SimulatedKubelets(KubernetesClient client, TimeSpan grace) =>
        (_client, _leasePeriod) = (client, Shorter(grace / 20, LeasePeriod));

    /// <param name="client">Theirs, and disposed with them.</param>
    /// <param name="grace">How long a node of this control plane may stay silent.</param>
    public static SimulatedKubelets Start(KubernetesClient client, TimeSpan grace)
    {
        var kubelets = new SimulatedKubelets(client, grace);
        CancellationToken stop = kubelets._stop.Token;
        _ = Task.WhenAll(kubelets.WatchNodesAsync(stop), kubelets.WatchPodsAsync(stop), kubelets.RenewLeasesAsync(stop));
        return kubelets;
    }

    public void Dispose()
    {
        if (_stop.IsCancellationRequested)
            return;
        _stop.Cancel();
        _client.Dispose();
    }

    private async Task WatchNodesAsync(CancellationToken stop)
    {
        await foreach (WatchEvent<Node> change in _client.WatchAsync(Resources.Nodes, new(), stop))
        {
            if (change.Type == WatchEventType.Synced)
                continue;
            Node node = change.Object;
            string name = node.Metadata.Name;
            if (change.Type == WatchEventType.Deleted)
            {
                _nodes.TryRemove(name, out _);
                continue;
            }

            bool isNew = !_nodes.ContainsKey(name);
            _nodes[name] = node;
            if (!KubeletAnnotations.IsAlive(node))
                continue;
            if (isNew)
                Begin(node.Metadata.Uid!, "lease", () => CreateLeaseAsync(node, stop));
            if (IsOutdated(node))
                Begin(node.Metadata.Uid!, "status", () => ReportNodeAsync(name, stop));
            if (isNew)
            {
                foreach (Pod pod in _pods.Values.Where(p => p.Spec.NodeName == name))
                    Handle(pod, stop);
            }
        }
    }

    private async Task WatchPodsAsync(CancellationToken stop)
    {
        var bound = new ListOptions { FieldSelector = "spec.nodeName!=" };
        await foreach (WatchEvent<Pod> change in _client.WatchAsync(Resources.Pods, bound, stop))
        {
            if (change.Type == WatchEventType.Synced)
                continue;
            if (change.Type == WatchEventType.Deleted)
            {
                _pods.TryRemove(change.Object.Metadata.Uid!, out _);
                continue;
            }

            _pods[change.Object.Metadata.Uid!] = change.Object;
            Handle(change.Object, stop);
        }
    }

    private async Task RenewLeasesAsync(CancellationToken stop)
    {
        Dictionary<string, long> renewed = [];
        TimeSpan tick = Shorter(_leasePeriod, TimeSpan.FromSeconds(1));
        using var timer = new PeriodicTimer(tick, TimeProvider.System);
        while (await timer.WaitForNextTickAsync(stop))
        {
            string[] due = [.. _nodes.Values.Where(IsDue).Select(n => n.Metadata.Name)];
            foreach (string name in due)
                renewed[name] = TimeProvider.System.GetTimestamp();
            await Parallel.ForEachAsync(
                due,
                new ParallelOptions { MaxDegreeOfParallelism = RenewalsAtOnce, CancellationToken = stop },
                async (name, _) => await ForgiveAsync(() => RenewLeaseAsync(name, stop))
            );
        }

        bool IsDue(Node node) =>
            KubeletAnnotations.IsAlive(node)
            && (
                !renewed.TryGetValue(node.Metadata.Name, out long last)
                || TimeProvider.System.GetElapsedTime(last) + (tick / 2)
                    >= Shorter(_leasePeriod, KubeletAnnotations.LeaseRenewalOf(node) ?? _leasePeriod)
            );
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static bool IsOutdated(Node node)
    {
        Dictionary<string, string> reported = (node.Status.Conditions ?? []).ToDictionary(c => c.Type, c => c.Status);
        bool hasRebooted = KubeletAnnotations.BootId(node) is { Length: > 0 } boot && boot != node.Status.NodeInfo?.BootID;
        return hasRebooted || KubeletReports.Conditions(node).Any(c => reported.GetValueOrDefault(c.Key) != c.Value);
    }

    private void Handle(Pod pod, CancellationToken stop)
    {
        string uid = pod.Metadata.Uid!;
        if (!IsServed(pod))
            return;
        if (pod.Metadata.DeletionTimestamp is not null)
            Begin(uid, "terminate", () => TerminateAsync(uid, stop));
        else if (IsPending(pod))
            Begin(uid, "start", () => StartAsync(uid, stop));
        else if (pod.Status.Phase == "Running" && IsOutdated(pod))
            Begin(uid, "report", () => CorrectAsync(uid, stop));
    }

    private static bool IsOutdated(Pod pod) =>
        KubeletAnnotations.Fails(pod)
        || (pod.Status.Conditions?.Find(c => c.Type == "Ready")?.Status == "True") != KubeletAnnotations.IsReady(pod);

    private static bool IsPending(Pod pod) => pod.Metadata.DeletionTimestamp is null && pod.Status.Phase is (null or "" or "Pending");

    private bool IsServed(Pod pod) =>
        pod.Spec.NodeName is { } name && _nodes.TryGetValue(name, out Node? node) && KubeletAnnotations.IsAlive(node);

    private async Task StartAsync(string uid, CancellationToken stop)
    {
        if (!_pods.TryGetValue(uid, out Pod? pod) || !IsPending(pod))
            return;
        await Task.Delay(KubeletAnnotations.StartDelay(pod), TimeProvider.System, stop);
        if (!_pods.TryGetValue(uid, out pod) || !IsPending(pod) || !IsServed(pod))
            return;
        await ReportPodAsync(pod, KubeletAnnotations.Fails(pod) ? "Failed" : "Running", stop);
        if (KubeletAnnotations.CompleteAfter(pod) is not { } delay || pod.Spec.RestartPolicy is null or "Always")
            return;
        await Task.Delay(delay, TimeProvider.System, stop);
        if (_pods.TryGetValue(uid, out pod) && pod.Metadata.DeletionTimestamp is null && IsServed(pod))
            await ReportPodAsync(pod, "Succeeded", stop);
    }

    private async Task CorrectAsync(string uid, CancellationToken stop)
    {
        if (_pods.TryGetValue(uid, out Pod? pod) && pod.Status.Phase == "Running" && IsOutdated(pod))
            await ReportPodAsync(pod, KubeletAnnotations.Fails(pod) ? "Failed" : "Running", stop);
    }

    private async Task TerminateAsync(string uid, CancellationToken stop)
    {
        if (!_pods.TryGetValue(uid, out Pod? pod) || KubeletAnnotations.Termination(pod) is not { } duration)
            return;
        if (pod.Status.Phase is not ("Succeeded" or "Failed"))
            await Task.Delay(duration, TimeProvider.System, stop);
        if (!_pods.TryGetValue(uid, out pod) || !IsServed(pod) || KubeletAnnotations.Termination(pod) is null)
            return;
        var now = new DeleteOptions
        {
            GracePeriodSeconds = 0,
            Preconditions = new() { Uid = uid },
        };
        await _client.DeleteAsync(Resources.Pods, pod.Metadata.Name, pod.Metadata.Namespace, now, stop);
    }

    private Task ReportPodAsync(Pod pod, string phase, CancellationToken stop) =>
        _client.PatchAsync(
            Resources.Pods,
            pod.Metadata.Name,
            pod.Metadata.Namespace,
            Patch.Strategic(KubeletReports.Pod(pod, phase)),
            "status",
            new(),
            stop
        );

    private async Task ReportNodeAsync(string name, CancellationToken stop)
    {
        if (_nodes.TryGetValue(name, out Node? node) && KubeletAnnotations.IsAlive(node) && IsOutdated(node))
            await _client.PatchAsync(Resources.Nodes, name, null, Patch.Strategic(KubeletReports.Node(node)), "status", new(), stop);
    }

    private async Task RenewLeaseAsync(string name, CancellationToken stop)
    {
        try
        {
            await PatchLeaseAsync(name, stop);
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound && _nodes.TryGetValue(name, out Node? node))
        {
            await CreateLeaseAsync(node, stop);
        }
    }

    private async Task CreateLeaseAsync(Node node, CancellationToken stop)
    {
        string name = node.Metadata.Name;
        JsonObject lease = KubeletReports.Lease(name);
        lease["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["ownerReferences"] = new JsonArray(
                new JsonObject
                {
                    ["apiVersion"] = "v1",
                    ["kind"] = "Node",
                    ["name"] = name,
                    ["uid"] = node.Metadata.Uid,
                }
            ),
        };
        try
        {
            await _client.CreateManifestAsync(Resources.Leases, lease, "kube-node-lease", stop);
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.Conflict)
        {
            // Of a node of this name that was deleted, or of the start of the kubelets.
            await PatchLeaseAsync(name, stop);
        }
    }

    private Task PatchLeaseAsync(string name, CancellationToken stop) =>
        _client.PatchAsync(Resources.Leases, name, "kube-node-lease", Patch.Merge(KubeletReports.Lease(name)), null, new(), stop);

    // One of a kind at a time for each object, and once more where a change came while it was at work.
    private void Begin(string uid, string work, Func<Task> action)
    {
        (string, string) key = (uid, work);
        while (!_busy.TryAdd(key, false))
        {
            if (_busy.TryUpdate(key, true, false) || _busy.ContainsKey(key))
                return;
        }

        _ = Task.Run(() => WorkAsync(key, action));
    }

    private async Task WorkAsync((string Uid, string Work) key, Func<Task> action)
    {
        do
        {
            _busy[key] = false;
            while (!await ForgiveAsync(action))
                await Task.Delay(Timeout, TimeProvider.System);
        } while (!_busy.TryRemove(new KeyValuePair<(string, string), bool>(key, false)));
    }

    // What it was about has gone or changed meanwhile, or the cluster is going down. False when the server is away or could not do it.
    private async Task<bool> ForgiveAsync(Func<Task> action)
    {
        try
        {
            await action();
            return true;
        }
        catch (NodeManagerException e) when (e.ErrorId is ErrorIds.ServerUnreachable or ErrorIds.ServerTimeout or ErrorIds.UnexpectedAnswer)
        {
            return _stop.IsCancellationRequested;
        }
        catch (KubernetesException e) when (e.Code is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError)
        {
            return _stop.IsCancellationRequested;
        }
        catch (Exception e) when (e is KubernetesException or OperationCanceledException or HttpRequestException or ObjectDisposedException)
        {
            return true;
        }
    }
}
