using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Conformance.Client;

/// <summary>
/// A real server encodes lists and watches of nodes and pods in Protocol Buffers, the embedded cluster in JSON: what is read is the same.
/// </summary>
public sealed class ProtobufTests
{
    private const string Pods = """
        [
          {
            "metadata": {
              "name": "full", "labels": { "app": "web", "empty": "" }, "annotations": { "text": "Größe \"1\" 大" }, "finalizers": ["example.com/hold"],
              "ownerReferences": [{ "apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": "1-2-3", "controller": true, "blockOwnerDeletion": false }]
            },
            "spec": {
              "nodeSelector": { "pool": "a", "none": "" }, "terminationGracePeriodSeconds": 0, "hostNetwork": true, "serviceAccountName": "default", "schedulerName": "none", "restartPolicy": "Never",
              "tolerations": [{ "operator": "Exists" }, { "key": "a", "operator": "Equal", "value": "b", "effect": "NoExecute", "tolerationSeconds": 0 }, { "key": "c", "value": "", "effect": "NoSchedule" }],
              "topologySpreadConstraints": [
                { "maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": { "matchExpressions": [{ "key": "app", "operator": "In", "values": ["web", ""] }, { "key": "x", "operator": "Exists" }] } },
                { "maxSkew": 2, "topologyKey": "host", "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {} }
              ],
              "affinity": {
                "nodeAffinity": {
                  "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [{ "matchExpressions": [{ "key": "n", "operator": "Gt", "values": ["3"] }] }, { "matchFields": [{ "key": "metadata.name", "operator": "In", "values": ["n1"] }] }] },
                  "preferredDuringSchedulingIgnoredDuringExecution": [{ "weight": 7, "preference": { "matchExpressions": [{ "key": "n", "operator": "DoesNotExist" }] } }]
                },
                "podAffinity": { "preferredDuringSchedulingIgnoredDuringExecution": [{ "weight": 100, "podAffinityTerm": { "topologyKey": "zone", "namespaces": ["a", "b"], "labelSelector": { "matchLabels": { "app": "db" } } } }] },
                "podAntiAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": [{ "topologyKey": "kubernetes.io/hostname", "labelSelector": { "matchLabels": { "app": "web" } } }] }
              },
              "volumes": [
                { "name": "scratch", "emptyDir": { "medium": "Memory", "sizeLimit": "1.5Gi" } }, { "name": "plain", "emptyDir": {} }, { "name": "host", "hostPath": { "path": "/var/log" } },
                { "name": "data", "persistentVolumeClaim": { "claimName": "data", "readOnly": true } }, { "name": "other", "configMap": { "name": "none", "optional": true } }
              ],
              "initContainers": [{ "name": "first", "image": "example.com/first:1", "resources": { "requests": { "cpu": "0.1" } } }],
              "containers": [
                { "name": "main", "image": "example.com/main:1", "env": [{ "name": "A", "value": "b" }], "ports": [{ "name": "http", "containerPort": 8080, "hostPort": 8080, "hostIP": "127.0.0.1" }, { "containerPort": 53, "hostPort": 53, "protocol": "UDP" }],
                  "resources": { "requests": { "cpu": "1500m", "memory": "128974848", "ephemeral-storage": "2Gi", "example.com/gpu": "1" }, "limits": { "cpu": "2", "memory": "129e6", "ephemeral-storage": "2Gi", "example.com/gpu": "1" } } },
                { "name": "side", "image": "example.com/side:1" }
              ]
            }
          },
          { "metadata": { "generateName": "made-" }, "spec": { "containers": [{ "name": "only", "image": "example.com/only:1" }], "nodeSelector": { "no": "node" } } }
        ]
        """;

    private const string Status = """
        {
          "status": {
            "phase": "Running", "message": "a text", "reason": "Reason", "hostIP": "10.0.0.1", "podIP": "10.1.0.1", "podIPs": [{ "ip": "10.1.0.1" }], "startTime": "2026-01-02T03:04:05Z", "qosClass": "Burstable", "nominatedNodeName": "node-1",
            "conditions": [
              { "type": "Ready", "status": "False", "reason": "ContainersNotReady", "message": "containers with unready status: [side]", "lastProbeTime": null, "lastTransitionTime": "2026-01-02T03:04:06Z" },
              { "type": "PodScheduled", "status": "True", "lastProbeTime": null, "lastTransitionTime": null }
            ],
            "initContainerStatuses": [{ "name": "first", "ready": true, "restartCount": 0, "image": "i", "imageID": "", "state": { "terminated": { "exitCode": 0, "reason": "Completed", "startedAt": "2026-01-02T03:04:05Z", "finishedAt": "2026-01-02T03:04:06Z" } }, "lastState": {} }],
            "containerStatuses": [
              { "name": "main", "ready": true, "started": true, "restartCount": 2, "image": "i", "imageID": "d", "state": { "running": { "startedAt": "2026-01-02T03:04:07Z" } }, "lastState": { "terminated": { "exitCode": 137, "signal": 9, "reason": "OOMKilled", "message": "m", "startedAt": null, "finishedAt": "2026-01-02T03:04:06Z" } } },
              { "name": "side", "ready": false, "started": false, "restartCount": 0, "image": "i", "imageID": "", "state": { "waiting": { "reason": "ImagePullBackOff", "message": "no such image" } }, "lastState": {} }
            ]
          }
        }
        """;

    private const string NodeStatus = """
        {
          "status": {
            "capacity": { "cpu": "8", "memory": "32Gi", "pods": "110", "example.com/gpu": "0", "hugepages-2Mi": "0" }, "allocatable": { "cpu": "7910m", "memory": "31.5Gi", "pods": "110" },
            "conditions": [{ "type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown", "message": "Kubelet stopped posting node status.", "lastHeartbeatTime": "2026-01-02T03:04:05Z", "lastTransitionTime": "2026-01-02T03:05:05Z" }, { "type": "Bare", "status": "True", "lastHeartbeatTime": null, "lastTransitionTime": null }],
            "addresses": [{ "type": "InternalIP", "address": "10.0.0.1" }, { "type": "Hostname", "address": "host" }],
            "images": [{ "names": ["example.com/a@sha256:1", "example.com/a:1"], "sizeBytes": 17 }, { "names": null }], "volumesInUse": ["kubernetes.io/csi/a"], "volumesAttached": [{ "name": "kubernetes.io/csi/a", "devicePath": "" }, { "name": "b", "devicePath": "/dev/b" }]
          }
        }
        """;

    [SkippableTheory]
    [AllBackends]
    public async Task Pods_are_the_same_in_Protocol_Buffers_and_in_JSON(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        foreach (JsonNode? pod in JsonNode.Parse(Pods)!.AsArray())
            await cluster.CreateAsync(Resources.Pods, Complete(pod!.AsObject().DeepClone().AsObject(), "Pod"));
        await cluster.SendAsync("PATCH", Resources.Pods.Path(cluster.Namespace, "full", "status"), Status, "application/merge-patch+json");

        await CompareAsync(cluster, Resources.Pods, new() { Namespace = cluster.Namespace }, 2);
        await cluster.SendAsync(
            "PATCH",
            Resources.Pods.Path(cluster.Namespace, "full"),
            """{ "metadata": { "finalizers": null } }""",
            "application/merge-patch+json"
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Nodes_are_the_same_in_Protocol_Buffers_and_in_JSON(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string name = "wire-" + cluster.Id,
            bare = "bare-" + cluster.Id;
        JsonObject node = Complete(Manifests.Node(name, cluster.Mark), "Node");
        node["spec"] = JsonNode.Parse(
            """{ "providerID": "sim://a/1", "podCIDR": "10.9.0.0/24", "podCIDRs": ["10.9.0.0/24"], "unschedulable": true, "taints": [{ "key": "a", "effect": "NoSchedule", "timeAdded": "2026-01-02T03:04:05Z" }, { "key": "b", "value": "c", "effect": "NoExecute" }] }"""
        );
        foreach (JsonObject one in (JsonObject[])[node, Complete(Manifests.Node(bare, cluster.Mark), "Node")])
        {
            cluster.CleanAtEnd("/api/v1/nodes/" + (string)one["metadata"]!["name"]!);
            await cluster.CreateAsync(Resources.Nodes, one);
        }

        await cluster.SendAsync("PATCH", Resources.Nodes.Path(null, name, "status"), NodeStatus, "application/merge-patch+json");

        await CompareAsync(cluster, Resources.Nodes, new() { LabelSelector = cluster.Selector }, 2);
        await CompareAsync(cluster, Resources.Nodes, new() { LabelSelector = cluster.Selector, PageSize = 1 }, 2);
        await CompareAsync(cluster, Resources.Nodes, new() { LabelSelector = "no=node" }, 0);
        await CompareAsync(cluster, Resources.NodeImages, new() { LabelSelector = cluster.Selector }, 2);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_watch_reports_the_same_in_Protocol_Buffers_and_in_JSON(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        ListOptions options = new() { Namespace = cluster.Namespace };
        int decoded = 0;
        ResourceType<Pod> counted = Resources.Pods with
        {
            Wire = message =>
            {
                Interlocked.Increment(ref decoded);
                return Resources.Pods.Wire!(message);
            },
        };
        (Task<List<string>> inProtobuf, Task<List<string>> inJson) = (
            await FollowAsync(cluster, counted, options),
            await FollowAsync(cluster, Resources.Pods with { Wire = null }, options)
        );

        JsonObject pod = JsonNode.Parse(Pods)!.AsArray()[0]!.DeepClone().AsObject();
        await cluster.CreateAsync(Resources.Pods, Complete(pod, "Pod"));
        await cluster.SendAsync("PATCH", Resources.Pods.Path(cluster.Namespace, "full", "status"), Status, "application/merge-patch+json");
        await cluster.SendAsync("DELETE", Resources.Pods.Path(cluster.Namespace, "full") + "?gracePeriodSeconds=0");
        await cluster.SendAsync(
            "PATCH",
            Resources.Pods.Path(cluster.Namespace, "full"),
            """{ "metadata": { "finalizers": null } }""",
            "application/merge-patch+json"
        );

        Assert.Equal(await inJson.WaitAsync(Eventually.Limit), await inProtobuf.WaitAsync(Eventually.Limit));
        Assert.Equal(cluster.IsReal, decoded >= 3);
    }

    // The events until the first deletion; returns when the watch has begun.
    private static async Task<Task<List<string>>> FollowAsync<T>(TestCluster cluster, ResourceType<T> type, ListOptions options)
        where T : KubernetesObject
    {
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<List<string>> following = CollectAsync();
        await begun.Task.WaitAsync(Eventually.Limit);
        return following;

        async Task<List<string>> CollectAsync()
        {
            List<string> seen = [];
            await foreach (WatchEvent<T> change in cluster.Client.WatchAsync(type, options, default))
            {
                if (change.Type == WatchEventType.Synced)
                {
                    begun.SetResult();
                    continue;
                }

                // In JSON, each object of a watch has them, those of a list have not.
                (change.Object.ApiVersion, change.Object.Kind) = (null, null);
                seen.Add($"{change.Type} {Sorted(JsonNode.Parse(JsonSerializer.Serialize(change.Object, type.Item)))!.ToJsonString()}");
                if (change.Type == WatchEventType.Deleted)
                    break;
            }

            return seen;
        }
    }

    private static async Task CompareAsync<T>(TestCluster cluster, ResourceType<T> type, ListOptions options, int count)
        where T : KubernetesObject
    {
        int decoded = 0;
        ResourceType<T> counted = type with
        {
            Wire = message =>
            {
                decoded++;
                return type.Wire!(message);
            },
        };
        // Controllers may change an object between the two lists.
        string inJson = "",
            inProtobuf = "";
        for (int tries = 0; tries < 10 && (tries == 0 || inJson != inProtobuf); tries++)
        {
            decoded = 0;
            inProtobuf = Write(await cluster.Client.ListAsync(counted, options, default), type);
            inJson = Write(await cluster.Client.ListAsync(type with { Wire = null }, options, default), type);
        }

        Assert.Equal(inJson, inProtobuf);
        Assert.Equal(count, JsonNode.Parse(inJson)!["items"]!.AsArray().Count);
        Assert.Equal(cluster.IsReal ? count : 0, decoded);
    }

    private static string Write<T>(KubernetesList<T> list, ResourceType<T> type)
        where T : KubernetesObject
    {
        list.Metadata = new();
        // Maps have no order.
        return Sorted(JsonNode.Parse(JsonSerializer.Serialize(list, type.List)))!.ToJsonString();
    }

    private static JsonNode? Sorted(JsonNode? node) =>
        node switch
        {
            JsonObject fields => new JsonObject(
                fields
                    .OrderBy(static one => one.Key, StringComparer.Ordinal)
                    .Select(static one => KeyValuePair.Create(one.Key, Sorted(one.Value)))
            ),
            JsonArray items => new JsonArray([.. items.Select(Sorted)]),
            _ => node?.DeepClone(),
        };

    private static JsonObject Complete(JsonObject manifest, string kind)
    {
        manifest["apiVersion"] = "v1";
        manifest["kind"] = kind;
        return manifest;
    }
}
