using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.RealCluster;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Recommendations;
using NodeManager.Recommendations.Decisions;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;
using NodeManager.Testing;

namespace NodeManager.Conformance.Scheduling;

/// <summary>
/// Devices of ResourceClaims (DRA) as plans count them against the real scheduler, on nodes and pods made by chance: a pod fits anywhere in both
/// or in neither, and comes to a node that the plan accepts. NODEMANAGER_DEVICE_CASES sets how many pods, 40 by default.
/// </summary>
public sealed class DeviceAgreementTests
{
    private const string Namespace = "devices",
        Driver = "gpu.example.com",
        Api = "/apis/resource.k8s.io/v1";

    private const int FirstMinor = 34,
        Nodes = 3,
        MostDevices = 4,
        PodsOfRound = 8,
        Tries = 10;

    [SkippableFact]
    public async Task Counted_devices_agree_with_the_real_scheduler()
    {
        Skip.If(ServerBinaries.FindWithControllers(out string reason) is null, reason);
        int minor = (await ControlPlane.GetAsync()).Minor;
        Skip.If(minor < FirstMinor, $"Kubernetes 1.{minor} does not serve resource.k8s.io/v1.");
        int cases = ProofSize.Read("NODEMANAGER_DEVICE_CASES", 40);
        Random chance = new(ProofSize.Read("NODEMANAGER_DEVICE_SEED", 5));
        using ControlPlane plane = await ControlPlane.StartAsync();
        using var http = new HttpClient(plane.CreateAdminTransport()) { BaseAddress = plane.Server };
        using var client = new KubernetesClient(plane.Server, plane.CreateAdminTransport());
        await CreateAsync(http, "/api/v1/namespaces", """{"metadata":{"name":"devices"}}""");
        await CreateAsync(
            http,
            Api + "/deviceclasses",
            """{"metadata":{"name":"gpu"},"spec":{"selectors":[{"cel":{"expression":"device.driver == \"gpu.example.com\""}}]}}"""
        );
        foreach (int count in Enumerable.Range(1, MostDevices))
            await CreateAsync(
                http,
                $"{Api}/namespaces/{Namespace}/resourceclaimtemplates",
                new JsonObject
                {
                    ["metadata"] = new JsonObject { ["name"] = $"take-{count}" },
                    ["spec"] = new JsonObject
                    {
                        ["spec"] = JsonNode.Parse(
                            """{"devices":{"requests":[{"name":"d","exactly":{"deviceClassName":"gpu","count":0}}]}}""".Replace(
                                "\"count\":0",
                                $"\"count\":{count}",
                                StringComparison.Ordinal
                            )
                        ),
                    },
                }.ToJsonString()
            );

        List<string> differences = [];
        int compared = 0,
            refused = 0;
        for (int round = 0; compared < cases; round++)
        {
            await BuildAsync(http, client, round, chance);
            for (int turn = 0; turn < PodsOfRound && compared < cases; turn++, compared++)
            {
                JsonObject pod = MakePod(round, turn, chance.Next(MostDevices + 1));
                (string? difference, bool fits) = await CompareAsync(http, client, minor, pod);
                refused += fits ? 0 : 1;
                if (difference is not null)
                    differences.Add($"{pod["metadata"]!["name"]}: {difference}");
            }
        }

        Assert.True(
            differences.Count == 0,
            $"{differences.Count} of {compared} differ ({refused} refused):\n{string.Join('\n', differences)}"
        );
        Assert.True(refused > compared / 5 && refused < compared * 4 / 5, $"{refused} of {compared} pods were refused: that shows little.");
    }

    // Rounds do not share nodes, so that nothing has to be removed.
    private static async Task BuildAsync(HttpClient http, KubernetesClient client, int round, Random chance)
    {
        string[] names = [.. Enumerable.Range(0, Nodes).Select(number => $"r{round}-n{number}")];
        foreach (string name in names)
        {
            await CreateAsync(
                http,
                "/api/v1/nodes",
                Manifests.Node(name, new Dictionary<string, string> { ["round"] = $"r{round}" }).ToJsonString()
            );
            JsonArray devices =
            [
                .. Enumerable.Range(0, chance.Next(MostDevices)).Select(static one => new JsonObject { ["name"] = $"d{one}" }),
            ];
            var slice = new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = name },
                ["spec"] = new JsonObject
                {
                    ["driver"] = Driver,
                    ["nodeName"] = name,
                    ["pool"] = new JsonObject
                    {
                        ["name"] = name,
                        ["generation"] = 1,
                        ["resourceSliceCount"] = 1,
                    },
                    ["devices"] = devices,
                },
            };
            await CreateAsync(http, Api + "/resourceslices", slice.ToJsonString());
        }

        await Eventually.HoldsAsync(
            "the nodes are ready",
            async () =>
                (await client.ListAsync(Resources.Nodes, new(), default)).Items.Count(node =>
                    names.Contains(node.Metadata.Name) && node.Status.Conditions.IsTrue("Ready") && node.Spec.Taints is not { Count: > 0 }
                ) == Nodes
        );
    }

    private static JsonObject MakePod(int round, int turn, int devices)
    {
        JsonObject pod = Manifests.Pod($"r{round}-p{turn}", null);
        JsonObject spec = pod["spec"]!.AsObject();
        spec["nodeSelector"] = new JsonObject { ["round"] = $"r{round}" };
        if (devices == 0)
            return pod;
        spec["resourceClaims"] = new JsonArray(new JsonObject { ["name"] = "d", ["resourceClaimTemplateName"] = $"take-{devices}" });
        JsonObject container = spec["containers"]![0]!.AsObject();
        JsonObject resources = container["resources"] as JsonObject ?? [];
        container["resources"] = resources;
        resources["claims"] = new JsonArray(new JsonObject { ["name"] = "d" });
        return pod;
    }

    // A scheduler hears of its cluster with a delay: only what stays different is.
    private static async Task<(string? Difference, bool Fits)> CompareAsync(
        HttpClient http,
        KubernetesClient client,
        int minor,
        JsonObject pod
    )
    {
        string pods = $"/api/v1/namespaces/{Namespace}/pods",
            path = $"{pods}/{pod["metadata"]!["name"]}";
        for (int tries = 1; ; tries++)
        {
            string[] fitting = await FittingAsync(client, minor, pod);
            await CreateAsync(http, pods, pod.ToJsonString());
            JsonNode judged = await Eventually.GetAsync(
                "a verdict on " + path,
                async () => JsonNode.Parse(await http.GetStringAsync(new Uri(path, UriKind.Relative)))!,
                static one => Condition(one) is not null
            );
            string? node = (string?)judged["spec"]!["nodeName"];
            if (node is not null)
                return (fitting.Contains(node) ? null : $"real: {node}, planned: {string.Join(", ", fitting)}", true);
            using HttpResponseMessage removed = await http.DeleteAsync(new Uri(path + "?gracePeriodSeconds=0", UriKind.Relative));
            await Eventually.HoldsAsync(
                path + " gone",
                async () =>
                    (await client.ListAsync(Resources.Pods, new(), default)).Items.TrueForAll(one =>
                        one.Metadata.Name != (string)pod["metadata"]!["name"]!
                    )
            );
            if (fitting.Length == 0)
                return (null, false);
            if (tries == Tries)
                return ($"real: nowhere ({(string?)Condition(judged)!["message"]}), planned: {string.Join(", ", fitting)}", false);
            await Task.Delay(200);
        }
    }

    private static JsonNode? Condition(JsonNode pod) =>
        pod["status"]
            ?["conditions"]?.AsArray()
            .FirstOrDefault(static one =>
                (string?)one!["type"] == "PodScheduled" && ((string?)one["status"] == "True" || (string?)one["message"] is { Length: > 0 })
            );

    private static async Task<string[]> FittingAsync(KubernetesClient client, int minor, JsonObject manifest)
    {
        Pod probe = JsonSerializer.Deserialize(manifest.ToJsonString(), KubernetesJson.Default.Pod)!;
        probe.Metadata.Namespace = Namespace;
        List<Node> nodes = (await client.ListAsync(Resources.Nodes, new(), default)).Items;
        List<Pod> pods = [.. (await client.ListAsync(Resources.Pods, new(), default)).Items, probe];
        DeviceInput devices = await DeviceReader.ReadAsync(client, pods, default);
        (IReadOnlyList<Node> plannedNodes, IReadOnlyList<Pod> plannedPods) = DevicePlanning.Apply(nodes, pods, devices);
        ClusterSnapshot snapshot = new(minor);
        foreach (Node node in plannedNodes)
            snapshot.SetNode(node);
        foreach (Pod pod in plannedPods.SkipLast(1))
            snapshot.SetPod(pod);
        var fit = new PodFit(plannedPods[^1], snapshot);
        return [.. snapshot.Nodes.Where(node => fit.Evaluate(node).Verdict == FitVerdict.Fits).Select(static node => node.Name)];
    }

    private static async Task CreateAsync(HttpClient http, string collection, string manifest) =>
        await Eventually.HoldsAsync(
            "creating in " + collection,
            async () =>
            {
                using var body = new StringContent(manifest, Encoding.UTF8, "application/json");
                using HttpResponseMessage answer = await http.PostAsync(new Uri(collection, UriKind.Relative), body);
                // A namespace that the server has not heard of yet, or a pod that has not quite gone.
                if (answer.StatusCode is System.Net.HttpStatusCode.Forbidden or System.Net.HttpStatusCode.Conflict)
                    return false;
                Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
                return true;
            }
        );
}
