using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Scheduling;

/// <summary>Plays scenarios on one cluster, which it has to itself.</summary>
internal sealed class ScenarioRunner(Uri server, HttpMessageHandler transport) : IDisposable
{
    private static readonly (string Name, int Value, string Policy)[] Classes =
    [
        ("middle", 100, "PreemptLowerPriority"),
        ("high", 1000, "PreemptLowerPriority"),
        ("polite", 1000, "Never"),
    ];

    private readonly HttpClient _http = new(transport) { BaseAddress = server };

    /// <summary>What all scenarios share.</summary>
    public async Task PrepareAsync()
    {
        foreach (string name in (string[])["one", "two", "three"])
        {
            var metadata = new JsonObject
            {
                ["name"] = name,
                ["labels"] = new JsonObject { ["team"] = name },
            };
            await CreateAsync("/api/v1/namespaces", new() { ["metadata"] = metadata });
        }

        foreach ((string name, int value, string policy) in Classes)
        {
            await CreateAsync(
                "/apis/scheduling.k8s.io/v1/priorityclasses",
                new()
                {
                    ["metadata"] = new JsonObject { ["name"] = name },
                    ["value"] = value,
                    ["preemptionPolicy"] = policy,
                }
            );
        }
    }

    /// <summary>Builds a scenario's cluster and waits until it is as the scenario says.</summary>
    public async Task BuildAsync(Scenario scenario)
    {
        foreach ((string collection, JsonObject manifest) in scenario.Objects)
        {
            // Pods come once their nodes are there for good.
            if (collection.EndsWith("/pods", StringComparison.Ordinal))
                await SettleAsync(scenario);
            await CreateAsync(collection, manifest);
        }

        await Eventually.HoldsAsync(
            "the claim is bound",
            async () =>
                (string?)(await GetAsync($"/api/v1/namespaces/{Scenario.Namespace}/persistentvolumeclaims/claimed"))!["status"]?["phase"]
                == "Bound"
        );
        await Eventually.HoldsAsync(
            "the pods run",
            async () => (await GetAsync("/api/v1/pods"))!["items"]!.AsArray().All(pod => (string?)pod!["status"]!["phase"] == "Running")
        );
        foreach (
            (string collection, JsonObject manifest) in scenario.Objects.Where(one =>
                one.Collection.EndsWith("budgets", StringComparison.Ordinal)
            )
        )
        {
            await Eventually.HoldsAsync(
                "the budget is counted",
                async () => (long?)(await GetAsync($"{collection}/{manifest["metadata"]!["name"]}"))!["status"]?["observedGeneration"] == 1
            );
        }
    }

    /// <summary>What becomes of a pod; it is gone afterwards.</summary>
    public async Task<Outcome> ProbeAsync(JsonObject pod)
    {
        string path = await CreateAsync($"/api/v1/namespaces/{Scenario.Namespace}/pods", pod);
        JsonNode judged = await Eventually.GetAsync(
            "a verdict on " + path,
            async () => (await GetAsync(path))!,
            static item => Condition(item) is not null
        );
        await RemoveAsync(path);
        if (pod["spec"]!["volumes"] is not null)
            await ReleaseAsync();
        return Judge(judged);
    }

    /// <summary>What becomes of a pod, and the pod as the server has it: it stays on its node. One that fits nowhere is gone afterwards.</summary>
    public async Task<(Outcome Outcome, JsonNode Judged)> PlaceAsync(JsonObject pod)
    {
        string path = await CreateAsync($"/api/v1/namespaces/{Scenario.Namespace}/pods", pod);
        JsonNode judged = await Eventually.GetAsync(
            "a verdict on " + path,
            async () => (await GetAsync(path))!,
            static item => Condition(item) is not null
        );
        Outcome outcome = Judge(judged);
        if (!outcome.Fits)
            await RemoveAsync(path);
        return (outcome, judged);
    }

    /// <summary>As <see cref="ProbeAsync"/>, for a pod that may drive others out: with whom it does.</summary>
    public async Task<Outcome> PreemptAsync(JsonObject pod)
    {
        Dictionary<string, int> before = await PrioritiesAsync();
        string path = await CreateAsync($"/api/v1/namespaces/{Scenario.Namespace}/pods", pod);
        JsonNode judged = await Eventually.GetAsync(
            "a verdict on " + path,
            async () => (await GetAsync(path))!,
            static item => Condition(item) is not null
        );
        Outcome first = Judge(judged);
        if (first.Fits || (string?)judged["status"]!["nominatedNodeName"] is not { Length: > 0 })
            return await EndAsync(first, path);

        // Its victims go, and it takes their place.
        await Eventually.HoldsAsync(
            "the place of the victims",
            async () => (string?)(await GetAsync(path))!["spec"]!["nodeName"] is not null
        );
        Dictionary<string, int> left = await PrioritiesAsync();
        IEnumerable<int> victims = before.Where(one => !left.ContainsKey(one.Key)).Select(one => one.Value).Order();
        return await EndAsync(new(false, first.Message, string.Join(',', victims)), path);
    }

    /// <summary>Takes the scenario's cluster down.</summary>
    public async Task ClearAsync(Scenario scenario)
    {
        foreach ((string collection, JsonObject manifest) in scenario.Objects.Reverse())
            await RemoveAsync($"{collection}/{manifest["metadata"]!["name"]}");
    }

    public void Dispose() => _http.Dispose();

    private async Task<Outcome> EndAsync(Outcome outcome, string path)
    {
        await RemoveAsync(path);
        return outcome;
    }

    private async Task<Dictionary<string, int>> PrioritiesAsync() =>
        (await GetAsync("/api/v1/pods"))!["items"]!
            .AsArray()
            // A kubelet deletes a pod after its place is free.
            .Where(pod => pod!["metadata"]!["deletionTimestamp"] is null)
            .ToDictionary(pod => (string)pod!["metadata"]!["uid"]!, pod => (int?)pod!["spec"]!["priority"] ?? 0);

    private static Outcome Judge(JsonNode pod)
    {
        JsonNode condition = Condition(pod)!;
        return (string?)condition["status"] == "True"
            ? new(true, "")
            : new(false, (string?)condition["message"] ?? (string?)condition["reason"] ?? "");
    }

    private static JsonNode? Condition(JsonNode pod) =>
        pod["status"]
            ?["conditions"]?.AsArray()
            .FirstOrDefault(static one =>
                (string?)one!["type"] == "PodScheduled" && ((string?)one["status"] == "True" || (string?)one["message"] is { Length: > 0 })
            );

    // A claim that was waiting may have been filled.
    private async Task ReleaseAsync()
    {
        string claim = $"/api/v1/namespaces/{Scenario.Namespace}/persistentvolumeclaims/waiting";
        if (
            (await GetAsync(claim))!["spec"] is not { } spec
            || spec["volumeName"] is null && (await GetAsync("/api/v1/persistentvolumes/free"))!["spec"]!["claimRef"] is null
        )
            return;
        JsonNode there = (await GetAsync(claim))!,
            volume = (await GetAsync("/api/v1/persistentvolumes/free"))!;
        await RemoveAsync(claim);
        await RemoveAsync("/api/v1/persistentvolumes/free");
        await CreateAsync("/api/v1/persistentvolumes", Bare(volume, "claimRef"));
        await CreateAsync($"/api/v1/namespaces/{Scenario.Namespace}/persistentvolumeclaims", Bare(there, "volumeName"));
    }

    private static JsonObject Bare(JsonNode item, string without)
    {
        var spec = item["spec"]!.DeepClone().AsObject();
        spec.Remove(without);
        return new()
        {
            ["metadata"] = new JsonObject { ["name"] = item["metadata"]!["name"]!.DeepClone() },
            ["spec"] = spec,
        };
    }

    private async Task SettleAsync(Scenario scenario)
    {
        Dictionary<string, int> taints = scenario.Nodes.ToDictionary(
            node => (string)node["metadata"]!["name"]!,
            node => (node["spec"]!["taints"]?.AsArray().Count ?? 0) + (node["spec"]!["unschedulable"] is null ? 0 : 1)
        );
        await Eventually.HoldsAsync(
            "the nodes are ready",
            async () =>
                (await GetAsync("/api/v1/nodes"))!["items"]!
                    .AsArray()
                    .All(node =>
                        node!["status"]!
                            ["conditions"]
                            ?.AsArray()
                            .Any(static one => (string?)one!["type"] == "Ready" && (string?)one["status"] == "True") == true
                        && (node["spec"]!["taints"]?.AsArray().Count ?? 0) == taints[(string)node["metadata"]!["name"]!]
                    )
        );
    }

    private async Task<string> CreateAsync(string collection, JsonObject manifest)
    {
        string path = $"{collection}/{manifest["metadata"]!["name"]}";
        await Eventually.HoldsAsync(
            "creating " + path,
            async () =>
            {
                using var body = new StringContent(manifest.ToJsonString(), Encoding.UTF8, "application/json");
                using HttpResponseMessage answer = await _http.PostAsync(new Uri(collection, UriKind.Relative), body);
                if (answer.IsSuccessStatusCode)
                    return true;

                // A namespace or a class that the server has not heard of yet; or what was there before has not quite gone.
                if (answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.Conflict)
                    return false;
                throw new InvalidOperationException($"{path}: {await answer.Content.ReadAsStringAsync()}");
            }
        );
        return path;
    }

    private async Task<JsonNode?> GetAsync(string path)
    {
        using HttpResponseMessage answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode == HttpStatusCode.NotFound ? null : JsonNode.Parse(await answer.Content.ReadAsStringAsync());
    }

    private async Task RemoveAsync(string path)
    {
        await Eventually.HoldsAsync(
            path + " gone",
            async () =>
            {
                if (await GetAsync(path) is not { } item)
                    return true;
                if (item["metadata"]!["finalizers"] is not null)
                {
                    using var bare = new StringContent(
                        """{"metadata":{"finalizers":null}}""",
                        Encoding.UTF8,
                        "application/merge-patch+json"
                    );
                    (await _http.PatchAsync(new Uri(path, UriKind.Relative), bare)).Dispose();
                }

                using var request = new HttpRequestMessage(HttpMethod.Delete, path)
                {
                    Content = new StringContent("""{"gracePeriodSeconds":0}""", Encoding.UTF8, "application/json"),
                };
                (await _http.SendAsync(request)).Dispose();
                return await GetAsync(path) is null;
            }
        );
    }
}
