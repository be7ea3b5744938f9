using System.Text.Json;
using NodeManager.Core.Health.Checks;
using NodeManager.Core.Tests.Support;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Tests.Health;

/// <summary>A healthy node, and what a test changes of it. The present is 2026-03-01 12:00; times of day are given as they stand there.</summary>
internal sealed class HealthCase
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly NodeManagerSession Session = OfflineSession.Create(1, "test");

    private readonly List<Event> _events = [];
    private readonly List<Pod> _pods = [];
    private readonly Node _node = Sample.Node(
        """
        {
          "metadata": { "name": "worker-1", "uid": "u-1", "creationTimestamp": "2026-01-01T00:00:00Z", "labels": { "topology.kubernetes.io/zone": "a" } },
          "status": {
            "allocatable": { "cpu": "4", "memory": "8Gi", "pods": "10" }, "nodeInfo": { "kubeletVersion": "v1.34.2" },
            "conditions": [
              { "type": "Ready", "status": "True", "reason": "KubeletReady", "lastTransitionTime": "2026-02-01T00:00:00Z" },
              { "type": "MemoryPressure", "status": "False", "lastTransitionTime": "2026-02-01T00:00:00Z" },
              { "type": "DiskPressure", "status": "False", "lastTransitionTime": "2026-02-01T00:00:00Z" },
              { "type": "PIDPressure", "status": "False", "lastTransitionTime": "2026-02-01T00:00:00Z" }
            ]
          }
        }
        """
    );

    private NodeLease? _lease = LeaseAt("11:59:55", "11:59:55");
    private DateTimeOffset? _seen;
    private string _server = "v1.34.1";

    public static DateTimeOffset At(string time) =>
        DateTimeOffset.Parse($"2026-03-01T{time}Z", System.Globalization.CultureInfo.InvariantCulture);

    public HealthCase Condition(string type, string status, string since = "11:50:00", string reason = "R", string message = "")
    {
        (_node.Status.Conditions ??= []).RemoveAll(one => one.Type == type);
        _node.Status.Conditions.Add(
            new()
            {
                Type = type,
                Status = status,
                Reason = reason,
                Message = message,
                LastTransitionTime = At(since),
            }
        );
        return this;
    }

    public HealthCase Without(string condition)
    {
        _node.Status.Conditions!.RemoveAll(one => one.Type == condition);
        return this;
    }

    /// <param name="renewed">By the kubelet's clock.</param>
    /// <param name="written">By the API server's.</param>
    /// <param name="seen">When a watcher saw it renewed.</param>
    public HealthCase Lease(string renewed, string written, string? seen = null)
    {
        _lease = LeaseAt(renewed, written);
        _seen = seen is null ? null : At(seen);
        return this;
    }

    public HealthCase NoLease()
    {
        _lease = null;
        return this;
    }

    public HealthCase Pod(string json)
    {
        _pods.Add(Sample.Pod(json));
        return this;
    }

    public HealthCase Pods(int count, bool ready = true, string start = "web")
    {
        for (int i = 0; i < count; i++)
        {
            string status = ready ? "True" : "False";
            Pod(
                $$"""{ "metadata": { "name": "{{start}}-{{i}}", "namespace": "shop" }, "status": { "phase": "Running", "conditions": [{ "type": "Ready", "status": "{{status}}", "lastTransitionTime": "2026-03-01T11:51:00Z" }] } }"""
            );
        }

        return this;
    }

    public HealthCase SystemPod(
        int restarts,
        string last = "11:55:00",
        string state = """ "running": {} """,
        string ns = "kube-system",
        string priorityClass = ""
    ) =>
        Pod(
            $$"""
            {
              "metadata": { "name": "kube-proxy-x", "namespace": "{{ns}}" }, "spec": { "priorityClassName": "{{priorityClass}}" },
              "status": {
                "phase": "Running",
                "containerStatuses": [{
                  "name": "kube-proxy", "restartCount": {{restarts}}, "state": { {{state}} },
                  "lastState": { "terminated": { "exitCode": 1, "reason": "Error", "finishedAt": "2026-03-01T{{last}}Z" } }
                }]
              }
            }
            """
        );

    public HealthCase Evicted(string name = "cart-1", string at = "11:30:00") =>
        Pod(
            $$"""
            {
              "metadata": { "name": "{{name}}", "namespace": "shop" },
              "status": { "phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory. ",
                "conditions": [{ "type": "DisruptionTarget", "status": "True", "lastTransitionTime": "2026-03-01T{{at}}Z" }] }
            }
            """
        );

    public HealthCase Event(
        string reason,
        string last,
        int count = 1,
        string? first = null,
        string kind = "Node",
        string name = "worker-1",
        string component = "kubelet"
    )
    {
        _events.Add(
            new()
            {
                Reason = reason,
                Count = count,
                FirstTimestamp = At(first ?? last),
                LastTimestamp = At(last),
                Message = "said",
                Source = new() { Component = component },
                InvolvedObject = new()
                {
                    Kind = kind,
                    Name = name,
                    Namespace = kind == "Pod" ? "shop" : null,
                },
            }
        );
        return this;
    }

    public HealthCase Cordon(string? since, string? annotation = null)
    {
        _node.Spec.Unschedulable = true;
        if (since is not null)
            Taint("node.kubernetes.io/unschedulable", "NoSchedule", timeAdded: since);
        if (annotation is not null)
            (_node.Metadata.Annotations ??= [])["nodemanager.io/drain"] = annotation;
        return this;
    }

    public HealthCase Taint(string key, string effect = "NoSchedule", string value = "", string? timeAdded = null)
    {
        (_node.Spec.Taints ??= []).Add(
            new()
            {
                Key = key,
                Effect = effect,
                Value = value,
                TimeAdded = timeAdded is null ? null : DateTimeOffset.Parse(timeAdded, System.Globalization.CultureInfo.InvariantCulture),
            }
        );
        return this;
    }

    public HealthCase Versions(string kubelet, string server)
    {
        _node.Status.NodeInfo!.KubeletVersion = kubelet;
        _server = server;
        return this;
    }

    public IReadOnlyList<NodeFinding> Judge(IReadOnlyList<DateTimeOffset>? becameNotReady = null) =>
        HealthRules.Judge(
            new()
            {
                Node = _node,
                Session = Session,
                Now = Now,
                Lease = _lease,
                LeaseSeenRenewedAt = _seen,
                Pods = [.. _pods.Select(Sample.Kept)],
                Events = _events,
                ServerVersion = _server,
                BecameNotReadyAt = becameNotReady ?? [],
            }
        );

    /// <summary>As <c>Severity Cause</c>, the worst first.</summary>
    public string Summary() => string.Join(", ", Judge().Select(static one => $"{one.Severity} {one.Cause}"));

    private static NodeLease LeaseAt(string renewed, string written) =>
        JsonSerializer.Deserialize(
            $$"""
            {
              "metadata": { "name": "worker-1", "namespace": "kube-node-lease", "managedFields": [
                { "manager": "kubelet", "operation": "Update", "time": "2026-03-01T{{written}}Z", "fieldsV1": { "f:spec": { "f:renewTime": {} } } }] },
              "spec": { "holderIdentity": "worker-1", "leaseDurationSeconds": 40, "renewTime": "2026-03-01T{{renewed}}.000000Z" }
            }
            """,
            KubernetesJson.Default.NodeLease
        )!;
}
