using System.Globalization;
using System.Text.Json.Nodes;

namespace NodeManager.Bench.Clusters;

/// <summary>Nodes and pods of the size that real clusters have: a node of about 9 KB, most of it images, and a pod of about 4 KB.</summary>
internal static class Documents
{
    /// <summary>Path of the metrics of nodes.</summary>
    public const string Metrics = "apis/metrics.k8s.io/v1beta1/nodes";

    /// <summary>How many ReplicaSets the pods belong to.</summary>
    public const int Workloads = 200;

    private const int Images = 50;

    private static readonly string[] PodConditions = ["Initialized", "Ready", "ContainersReady", "PodScheduled"];

    private static readonly string[] Containers = ["main", "sidecar"];

    private static readonly string[] Types = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"];

    public static string NodeName(int number) => string.Create(CultureInfo.InvariantCulture, $"bench-{number:00000}");

    public static JsonObject Node(int number, string now)
    {
        string name = NodeName(number);
        return new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Node",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = Texts(
                    ("bench", "true"),
                    ("kubernetes.io/hostname", name),
                    ("kubernetes.io/os", "linux"),
                    ("kubernetes.io/arch", "amd64"),
                    ("node.kubernetes.io/instance-type", "m5.8xlarge"),
                    ("topology.kubernetes.io/region", "region-1"),
                    ("topology.kubernetes.io/zone", string.Create(CultureInfo.InvariantCulture, $"zone-{(number % 3) + 1}")),
                    ("example.com/team", string.Create(CultureInfo.InvariantCulture, $"team-{number % 17}")),
                    ("example.com/thousand", string.Create(CultureInfo.InvariantCulture, $"t{number / 1000}"))
                ),
                ["annotations"] = Texts(
                    ("node.alpha.kubernetes.io/ttl", "0"),
                    ("volumes.kubernetes.io/controller-managed-attach-detach", "true")
                ),
            },
            ["spec"] = new JsonObject
            {
                ["podCIDR"] = string.Create(CultureInfo.InvariantCulture, $"10.{number / 256}.{number % 256}.0/24"),
                ["providerID"] = "bench:///" + name,
            },
            ["status"] = new JsonObject
            {
                ["capacity"] = Texts(
                    ("cpu", "32"),
                    ("memory", "131072000Ki"),
                    ("pods", "110"),
                    ("ephemeral-storage", "203056560Ki"),
                    ("hugepages-1Gi", "0"),
                    ("hugepages-2Mi", "0")
                ),
                ["allocatable"] = Texts(
                    ("cpu", "31850m"),
                    ("memory", "129048576Ki"),
                    ("pods", "110"),
                    ("ephemeral-storage", "187136894Ki"),
                    ("hugepages-1Gi", "0"),
                    ("hugepages-2Mi", "0")
                ),
                ["conditions"] = new JsonArray([
                    .. Types.Select(type =>
                        (JsonNode)Texts(
                            ("type", type),
                            ("status", type == "Ready" ? "True" : "False"),
                            ("lastHeartbeatTime", now),
                            ("lastTransitionTime", now),
                            ("reason", "KubeletHas" + type),
                            ("message", $"kubelet reports {type} as it should be")
                        )
                    ),
                ]),
                ["addresses"] = new JsonArray(
                    Texts(
                        ("type", "InternalIP"),
                        (
                            "address",
                            string.Create(CultureInfo.InvariantCulture, $"172.{number / 65536}.{number / 256 % 256}.{number % 256}")
                        )
                    ),
                    Texts(("type", "Hostname"), ("address", name))
                ),
                ["nodeInfo"] = Texts(
                    ("machineID", name),
                    ("systemUUID", name),
                    ("bootID", name),
                    ("kernelVersion", "6.1.0-simulated"),
                    ("osImage", "Simulated Linux"),
                    ("containerRuntimeVersion", "simulated://1.0"),
                    ("kubeletVersion", "v1.33.2"),
                    ("kubeProxyVersion", "v1.33.2"),
                    ("operatingSystem", "linux"),
                    ("architecture", "amd64")
                ),
                ["images"] = new JsonArray([
                    .. Enumerable
                        .Range(0, Images)
                        .Select(image =>
                            (JsonNode)
                                new JsonObject
                                {
                                    ["names"] = new JsonArray(
                                        string.Create(
                                            CultureInfo.InvariantCulture,
                                            $"registry.example.com/team/image-{image}@sha256:{image:x64}"
                                        ),
                                        string.Create(CultureInfo.InvariantCulture, $"registry.example.com/team/image-{image}:1.{image}")
                                    ),
                                    ["sizeBytes"] = 100_000_000L + image,
                                }
                        ),
                ]),
            },
        };
    }

    /// <param name="number">Of the workload, below <see cref="Workloads"/>.</param>
    /// <param name="pods">That the cluster has in all.</param>
    public static JsonObject ReplicaSet(int number, int pods) =>
        new()
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "ReplicaSet",
            ["metadata"] = new JsonObject
            {
                ["name"] = ReplicaSetName(number),
                ["namespace"] = "default",
                ["labels"] = Labels(number),
            },
            ["spec"] = new JsonObject
            {
                ["replicas"] = Replicas(number, pods),
                ["selector"] = new JsonObject { ["matchLabels"] = Texts(("app", Workload(number)), ("pod-template-hash", "5d8f7c9b6d")) },
                ["template"] = new JsonObject
                {
                    ["metadata"] = new JsonObject { ["labels"] = Labels(number) },
                    ["spec"] = PodSpec(),
                },
            },
        };

    public static string ReplicaSetName(int number) => Workload(number) + "-5d8f7c9b6d";

    /// <summary>How many of so many pods are of a workload.</summary>
    public static int Replicas(int number, int pods) => (pods - number + Workloads - 1) / Workloads;

    public static string PodName(int number) => string.Create(CultureInfo.InvariantCulture, $"{Workload(number)}-{number:000000}");

    /// <param name="number">Unique.</param>
    /// <param name="node">That it runs on.</param>
    /// <param name="owner">UID of its ReplicaSet.</param>
    public static JsonObject Pod(int number, string node, string owner) =>
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject
            {
                ["name"] = PodName(number),
                ["namespace"] = "default",
                ["labels"] = Labels(number),
                ["annotations"] = Texts(("prometheus.io/scrape", "true"), ("prometheus.io/port", "8080")),
                ["ownerReferences"] = new JsonArray(
                    new JsonObject
                    {
                        ["apiVersion"] = "apps/v1",
                        ["kind"] = "ReplicaSet",
                        ["name"] = ReplicaSetName(number),
                        ["uid"] = owner,
                        ["controller"] = true,
                        ["blockOwnerDeletion"] = false,
                    }
                ),
            },
            ["spec"] = PodSpec(node),
        };

    /// <summary>Of a pod that runs; the server takes it in a request of its own.</summary>
    public static JsonObject Running(string since) =>
        new()
        {
            ["phase"] = "Running",
            ["startTime"] = since,
            ["conditions"] = new JsonArray([
                .. PodConditions.Select(type => (JsonNode)Texts(("type", type), ("status", "True"), ("lastTransitionTime", since))),
            ]),
            ["containerStatuses"] = new JsonArray([
                .. Containers.Select(name =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["name"] = name,
                            ["ready"] = true,
                            ["started"] = true,
                            ["restartCount"] = 0,
                            ["image"] = "registry.example.com/" + name + ":1.2.3",
                            ["imageID"] = "registry.example.com/" + name + "@sha256:0",
                            ["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = since } },
                        }
                ),
            ]),
        };

    public static JsonObject MetricsKind() =>
        new()
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject
            {
                ["name"] = "nodes.metrics.k8s.io",
                ["annotations"] = Texts(("api-approved.kubernetes.io", "unapproved, a benchmark")),
            },
            ["spec"] = new JsonObject
            {
                ["group"] = "metrics.k8s.io",
                ["scope"] = "Cluster",
                ["names"] = Texts(
                    ("kind", "NodeMetrics"),
                    ("listKind", "NodeMetricsList"),
                    ("plural", "nodes"),
                    ("singular", "nodemetrics")
                ),
                ["versions"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "v1beta1",
                        ["served"] = true,
                        ["storage"] = true,
                        ["schema"] = new JsonObject
                        {
                            ["openAPIV3Schema"] = new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true },
                        },
                    }
                ),
            },
        };

    public static JsonObject MetricsOf(int number, string now) =>
        new()
        {
            ["apiVersion"] = "metrics.k8s.io/v1beta1",
            ["kind"] = "NodeMetrics",
            ["metadata"] = new JsonObject { ["name"] = NodeName(number) },
            ["timestamp"] = now,
            ["window"] = "20s",
            ["usage"] = Texts(
                ("cpu", string.Create(CultureInfo.InvariantCulture, $"{1_000_000_000L + number}n")),
                ("memory", string.Create(CultureInfo.InvariantCulture, $"{16_000_000 + number}Ki"))
            ),
        };

    private static string Workload(int number) => string.Create(CultureInfo.InvariantCulture, $"app-{number % Workloads}");

    private static JsonObject Labels(int number) =>
        Texts(("app", Workload(number)), ("pod-template-hash", "5d8f7c9b6d"), ("example.com/team", Workload(number)));

    private static JsonObject PodSpec(string? node = null)
    {
        JsonObject spec = new()
        {
            ["terminationGracePeriodSeconds"] = 30,
            ["containers"] = new JsonArray(Container("main", 8080, "250m", "256Mi"), Container("sidecar", 9090, "50m", "64Mi")),
        };
        if (node is not null)
            spec["nodeName"] = node;
        return spec;
    }

    private static JsonObject Container(string name, int port, string cpu, string memory) =>
        new()
        {
            ["name"] = name,
            ["image"] = "registry.example.com/" + name + ":1.2.3",
            ["env"] = new JsonArray([
                .. Enumerable
                    .Range(0, 6)
                    .Select(static number =>
                        (JsonNode)Texts(
                            ("name", string.Create(CultureInfo.InvariantCulture, $"SETTING_{number}")),
                            ("value", "a value of some length")
                        )
                    ),
            ]),
            ["ports"] = new JsonArray(new JsonObject { ["containerPort"] = port, ["name"] = name }),
            ["resources"] = new JsonObject
            {
                ["requests"] = Texts(("cpu", cpu), ("memory", memory)),
                ["limits"] = Texts(("memory", memory)),
            },
            ["livenessProbe"] = new JsonObject
            {
                ["httpGet"] = new JsonObject { ["path"] = "/healthz", ["port"] = port },
                ["periodSeconds"] = 10,
            },
        };

    private static JsonObject Texts(params ReadOnlySpan<(string Key, string Value)> pairs)
    {
        JsonObject map = [];
        foreach ((string key, string value) in pairs)
            map[key] = value;
        return map;
    }
}
