using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Scheduling;

/// <summary>Makes clusters and pods by chance, such that most rules of the scheduler have something to say. The same seed, the same scenario.</summary>
internal sealed class ScenarioMaker(int seed, int minor)
{
    private const string Zone = "topology.kubernetes.io/zone";
    private const string HostName = "kubernetes.io/hostname";

    private static readonly string[] Namespaces = [Scenario.Namespace, "two", "three"];
    private static readonly string[] Applications = ["web", "db", "cache"];
    private readonly Random _random = new(seed);

    // In GiB, by node.
    private readonly Dictionary<string, int> _freeDisk = [];
    private readonly List<(string Collection, JsonObject Manifest)> _objects = [];

    public Scenario Make(int probes)
    {
        int nodes = _random.Next(2, 7);
        for (int i = 1; i <= nodes; i++)
            _objects.Add(("/api/v1/nodes", Node($"n{i}")));
        AddStorage();
        int pods = _random.Next(4, 14);
        for (int i = 1; i <= pods; i++)
            AddPod($"base{i}", $"n{_random.Next(1, nodes + 1)}");
        AddBudget();
        PodMaker maker = new(_random, minor);
        JsonObject[] made = [.. Enumerable.Range(1, probes).Select(i => maker.Make($"probe{i}"))];
        return new(_objects, made, maker.MakePreemptor("preemptor"));
    }

    private JsonObject Node(string name)
    {
        var labels = new Dictionary<string, string>
        {
            [HostName] = name,
            ["number"] = _random.Next(1, 9).ToString(CultureInfo.InvariantCulture),
        };
        if (Chance(85))
            labels[Zone] = Pick("a", "b", "c");
        if (Chance(60))
            labels["disk"] = Pick("ssd", "hdd");
        JsonObject node = Manifests.Node(name, labels);
        var resources = new JsonObject
        {
            ["cpu"] = _random.Next(2, 9).ToString(CultureInfo.InvariantCulture),
            ["memory"] = $"{_random.Next(4, 17)}Gi",
            ["pods"] = _random.Next(3, 9).ToString(CultureInfo.InvariantCulture),
            ["ephemeral-storage"] = $"{_freeDisk[name] = _random.Next(20, 101)}Gi",
        };
        if (Chance(30))
            resources["example.com/gpu"] = _random.Next(1, 5).ToString(CultureInfo.InvariantCulture);
        if (Chance(30))
            resources["nvidia.com/gpu"] = _random.Next(0, 3).ToString(CultureInfo.InvariantCulture);
        if (Chance(40))
            resources["hugepages-2Mi"] = $"{_random.Next(0, 5) * 256}Mi";
        if (Chance(25))
            resources["hugepages-1Gi"] = $"{_random.Next(1, 4)}Gi";
        node["status"]!["capacity"] = resources.DeepClone();
        node["status"]!["allocatable"] = resources;
        var spec = new JsonObject();
        var taints = new JsonArray();
        if (Chance(30))
            taints.Add(
                new JsonObject
                {
                    ["key"] = Pick("team", "dedicated"),
                    ["value"] = Pick("x", "y"),
                    ["effect"] = "NoSchedule",
                }
            );
        if (Chance(15))
            taints.Add(
                new JsonObject
                {
                    ["key"] = "soft",
                    ["value"] = "",
                    ["effect"] = "PreferNoSchedule",
                }
            );
        if (taints.Count > 0)
            spec["taints"] = taints;
        if (Chance(15))
            spec["unschedulable"] = true;
        node["spec"] = spec;
        return node;
    }

    // A volume in a zone that is bound, a local one that waits for its first pod, and a claim that nothing will ever fill.
    private void AddStorage()
    {
        _objects.Add(
            (
                "/apis/storage.k8s.io/v1/storageclasses",
                new()
                {
                    ["metadata"] = new JsonObject { ["name"] = "local" },
                    ["provisioner"] = "kubernetes.io/no-provisioner",
                    ["volumeBindingMode"] = "WaitForFirstConsumer",
                }
            )
        );
        _objects.Add(
            (
                "/apis/storage.k8s.io/v1/storageclasses",
                new()
                {
                    ["metadata"] = new JsonObject { ["name"] = "never" },
                    ["provisioner"] = "kubernetes.io/no-provisioner",
                    ["volumeBindingMode"] = "Immediate",
                }
            )
        );
        _objects.Add(("/api/v1/persistentvolumes", Volume("bound", "", Zone, Pick("a", "b", "c"), "claimed")));
        _objects.Add(("/api/v1/persistentvolumes", Volume("free", "local", HostName, $"n{_random.Next(1, 4)}", null)));
        string claims = $"/api/v1/namespaces/{Scenario.Namespace}/persistentvolumeclaims";
        _objects.Add((claims, Claim("claimed", "", "bound", "1Gi")));
        _objects.Add((claims, Claim("waiting", "local", null, Chance(80) ? "1Gi" : "50Gi")));
        _objects.Add((claims, Claim("hopeless", "never", null, "1Gi")));
    }

    private static JsonObject Volume(string name, string storageClass, string key, string value, string? claim)
    {
        var spec = new JsonObject
        {
            ["capacity"] = new JsonObject { ["storage"] = "5Gi" },
            ["accessModes"] = new JsonArray("ReadWriteOnce"),
            ["storageClassName"] = storageClass,
            ["persistentVolumeReclaimPolicy"] = "Retain",
            ["nodeAffinity"] = new JsonObject
            {
                ["required"] = Terms(
                    new JsonObject
                    {
                        ["key"] = key,
                        ["operator"] = "In",
                        ["values"] = new JsonArray(value),
                    }
                ),
            },
            ["csi"] = new JsonObject { ["driver"] = "volumes.example.com", ["volumeHandle"] = name },
        };
        if (claim is not null)
            spec["claimRef"] = new JsonObject { ["namespace"] = Scenario.Namespace, ["name"] = claim };
        return new()
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = spec,
        };
    }

    private static JsonObject Claim(string name, string storageClass, string? volume, string size)
    {
        var spec = new JsonObject
        {
            ["accessModes"] = new JsonArray("ReadWriteOnce"),
            ["storageClassName"] = storageClass,
            ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = size } },
        };
        if (volume is not null)
            spec["volumeName"] = volume;
        return new()
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = spec,
        };
    }

    private static JsonObject Terms(JsonObject expression) =>
        new() { ["nodeSelectorTerms"] = new JsonArray(new JsonObject { ["matchExpressions"] = new JsonArray(expression) }) };

    private void AddPod(string name, string node)
    {
        string ns = Pick(Namespaces);
        JsonObject pod = Manifests.Pod(
            name,
            node,
            new Dictionary<string, string> { ["app"] = Pick(Applications), ["rev"] = Pick("1", "2") }
        );
        JsonObject container = pod["spec"]!["containers"]![0]!.AsObject();
        container["resources"]!["requests"] = new JsonObject
        {
            ["cpu"] = $"{_random.Next(1, 20) * 100}m",
            ["memory"] = $"{_random.Next(1, 20) * 128}Mi",
        };
        PodMaker.Special(_random, container["resources"]!.AsObject(), 20);
        // Older schedulers refuse every pod on a node whose disk is overcommitted, also those that need none.
        JsonObject requests = container["resources"]!["requests"]!.AsObject();
        if ((string?)requests["ephemeral-storage"] is { } disk && !Takes(node, int.Parse(disk[..^2], CultureInfo.InvariantCulture)))
            requests.Remove("ephemeral-storage");
        if (Chance(20))
            container["ports"] = new JsonArray(new JsonObject { ["containerPort"] = 8080, ["hostPort"] = _random.Next(8080, 8083) });
        if (Chance(25))
        {
            pod["spec"]!["affinity"] = new JsonObject
            {
                ["podAntiAffinity"] = PodMaker.Required(PodMaker.Term(Pick(Applications), Chance(50) ? Zone : HostName)),
            };
        }

        if (Chance(30))
            pod["spec"]!["priorityClassName"] = "middle";
        _objects.Add(($"/api/v1/namespaces/{ns}/pods", pod));
    }

    private bool Takes(string node, int disk)
    {
        if (_freeDisk[node] < disk)
            return false;
        _freeDisk[node] -= disk;
        return true;
    }

    private void AddBudget()
    {
        if (!Chance(50))
            return;
        string version = minor >= 21 ? "v1" : "v1beta1";
        _objects.Add(
            (
                $"/apis/policy/{version}/namespaces/{Scenario.Namespace}/poddisruptionbudgets",
                new()
                {
                    ["metadata"] = new JsonObject { ["name"] = "all" },
                    ["spec"] = new JsonObject
                    {
                        ["minAvailable"] = _random.Next(1, 3),
                        ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = Pick(Applications) } },
                    },
                }
            )
        );
    }

    private bool Chance(int percent) => _random.Next(100) < percent;

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];
}
