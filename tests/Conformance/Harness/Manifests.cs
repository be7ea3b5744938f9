using System.Text.Json.Nodes;

namespace NodeManager.Conformance.Harness;

/// <summary>Objects as a user would write them.</summary>
internal static class Manifests
{
    public static JsonObject Namespace(string name) => Document("v1", "Namespace", name);

    public static JsonObject Node(string name, IReadOnlyDictionary<string, string> labels, string cpu = "8")
    {
        JsonObject node = Document("v1", "Node", name, labels);
        node["status"] = new JsonObject
        {
            ["capacity"] = Resources(cpu),
            ["allocatable"] = Resources(cpu),
            ["nodeInfo"] = new JsonObject
            {
                ["machineID"] = name,
                ["systemUUID"] = name,
                ["bootID"] = name,
                ["kernelVersion"] = "6.1.0-simulated",
                ["osImage"] = "Simulated Linux",
                ["containerRuntimeVersion"] = "simulated://1.0",
                ["kubeletVersion"] = "v1.20.2",
                ["kubeProxyVersion"] = "v1.20.2",
                ["operatingSystem"] = "linux",
                ["architecture"] = "amd64",
            },
            ["addresses"] = new JsonArray(new JsonObject { ["type"] = "Hostname", ["address"] = name }),
        };
        return node;
    }

    /// <summary>A pod on a node, without a scheduler's help, or, without a node, for the scheduler.</summary>
    public static JsonObject Pod(string name, string? node, IReadOnlyDictionary<string, string>? labels = null)
    {
        JsonObject pod = Document("v1", "Pod", name, labels);
        pod["spec"] = PodSpec(node);
        return pod;
    }

    public static JsonObject Workload(
        string kind,
        string name,
        IReadOnlyDictionary<string, string> labels,
        IReadOnlyDictionary<string, string> nodeSelector,
        int? replicas
    )
    {
        JsonObject workload = Document("apps/v1", kind, name, labels);
        JsonObject podSpec = PodSpec(null);
        podSpec["nodeSelector"] = Map(nodeSelector);
        workload["spec"] = new JsonObject
        {
            ["selector"] = new JsonObject { ["matchLabels"] = Map(labels) },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = Map(labels) },
                ["spec"] = podSpec,
            },
        };
        if (replicas is not null)
            workload["spec"]!["replicas"] = replicas;
        return workload;
    }

    public static JsonObject Budget(string version, string name, IReadOnlyDictionary<string, string> labels, string bound, int value)
    {
        JsonObject budget = Document($"policy/{version}", "PodDisruptionBudget", name);
        budget["spec"] = new JsonObject
        {
            [bound] = value,
            ["selector"] = new JsonObject { ["matchLabels"] = Map(labels) },
        };
        return budget;
    }

    public static JsonObject Map(IReadOnlyDictionary<string, string> entries) =>
        new(entries.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)e.Value)));

    private static JsonObject Resources(string cpu) =>
        new()
        {
            ["cpu"] = cpu,
            ["memory"] = "32Gi",
            ["pods"] = "110",
            ["ephemeral-storage"] = "100Gi",
        };

    private static JsonObject PodSpec(string? node)
    {
        var spec = new JsonObject
        {
            ["terminationGracePeriodSeconds"] = 1,
            ["automountServiceAccountToken"] = false,
            ["containers"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "main",
                    ["image"] = "registry.invalid/app:1",
                    ["resources"] = new JsonObject
                    {
                        ["requests"] = new JsonObject { ["cpu"] = "100m", ["memory"] = "64Mi" },
                    },
                }
            ),
        };
        if (node is not null)
            spec["nodeName"] = node;
        return spec;
    }

    private static JsonObject Document(string apiVersion, string kind, string name, IReadOnlyDictionary<string, string>? labels = null)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (labels is not null)
            metadata["labels"] = Map(labels);
        return new JsonObject
        {
            ["apiVersion"] = apiVersion,
            ["kind"] = kind,
            ["metadata"] = metadata,
        };
    }
}
