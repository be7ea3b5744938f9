using System.Net;
using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Tests.Api;

public sealed class EvictionTests
{
    private const string Pods = "/api/v1/namespaces/default/pods";
    private const string Budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";

    [Fact]
    public async Task A_pod_without_a_PDB_is_deleted_with_its_grace_period()
    {
        using var cluster = await RunningAsync();
        await EvictAsync(cluster, "p", 201);
        JsonObject pod = await cluster.GetAsync(Pods + "/p");
        Assert.NotNull((string?)pod["metadata"]!["deletionTimestamp"]);
        Assert.Equal(30, (int?)pod["metadata"]!["deletionGracePeriodSeconds"]);
    }

    [Fact]
    public async Task A_PDB_without_allowed_disruptions_refuses_with_its_counts_and_no_Retry_After()
    {
        using var cluster = await RunningAsync();
        await BudgetAsync(
            cluster,
            "b",
            """{"observedGeneration":1,"disruptionsAllowed":0,"currentHealthy":1,"desiredHealthy":1,"expectedPods":1}"""
        );
        JsonObject body = await EvictAsync(cluster, "p", 429);
        Assert.Equal("Cannot evict pod as it would violate the pod's disruption budget.", (string?)body["message"]);
        Assert.Equal("TooManyRequests", (string?)body["reason"]);
        JsonNode cause = Assert.Single(body["details"]!["causes"]!.AsArray())!;
        Assert.Equal("DisruptionBudget", (string?)cause["reason"]);
        Assert.Equal("The disruption budget b needs 1 healthy pods and has 1 currently", (string?)cause["message"]);
        Assert.Null(body["details"]!["retryAfterSeconds"]);
    }

    [Fact]
    public async Task A_PDB_with_an_outdated_status_refuses_with_Retry_After()
    {
        using var cluster = await RunningAsync();
        await BudgetAsync(cluster, "b", """{"observedGeneration":1,"disruptionsAllowed":1,"currentHealthy":2,"desiredHealthy":1}""");
        await cluster.MergeAsync(Budgets + "/b", """{"spec":{"minAvailable":2}}""");
        JsonObject body = await EvictAsync(cluster, "p", 429);
        Assert.Equal(
            "The disruption budget b is still being processed by the server.",
            (string?)body["details"]!["causes"]![0]!["message"]
        );
        Assert.Equal(10, (int?)body["details"]!["retryAfterSeconds"]);
    }

    [Fact]
    public async Task An_allowed_eviction_decrements_disruptionsAllowed_and_is_recorded()
    {
        using var cluster = await RunningAsync();
        await BudgetAsync(cluster, "b", """{"observedGeneration":1,"disruptionsAllowed":1,"currentHealthy":2,"desiredHealthy":1}""");
        await EvictAsync(cluster, "p", 201);
        JsonNode status = (await cluster.GetAsync(Budgets + "/b"))["status"]!;
        Assert.Equal(0, (int?)status["disruptionsAllowed"]);
        Assert.NotNull((string?)status["disruptedPods"]!["p"]);

        // A pod that is already going is not counted again.
        await EvictAsync(cluster, "p", 201);
    }

    [Fact]
    public async Task Dry_run_changes_neither_pod_nor_PDB()
    {
        using var cluster = await RunningAsync();
        await BudgetAsync(cluster, "b", """{"observedGeneration":1,"disruptionsAllowed":1,"currentHealthy":2,"desiredHealthy":1}""");
        JsonObject before = await cluster.GetAsync(Budgets + "/b");
        await EvictAsync(cluster, "p", 201, """,  "deleteOptions":{"dryRun":["All"]}""");
        Assert.Equal(before.ToJsonString(), (await cluster.GetAsync(Budgets + "/b")).ToJsonString());
        Assert.Null((await cluster.GetAsync(Pods + "/p"))["metadata"]!["deletionTimestamp"]);
    }

    [Fact]
    public async Task Two_PDBs_for_one_pod_are_a_server_error()
    {
        using var cluster = await RunningAsync();
        await BudgetAsync(cluster, "b", """{"observedGeneration":1,"disruptionsAllowed":1}""");
        await BudgetAsync(cluster, "c", """{"observedGeneration":1,"disruptionsAllowed":1}""");
        JsonObject body = await EvictAsync(cluster, "p", 500);
        Assert.Equal(
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
            (string?)body["message"]
        );
    }

    [Theory]
    [InlineData("Pending")]
    [InlineData("Succeeded")]
    [InlineData("Failed")]
    public async Task Pods_that_are_not_running_need_no_allowed_disruption(string phase)
    {
        using var cluster = await RunningAsync();
        await BudgetAsync(cluster, "b", """{"observedGeneration":1,"disruptionsAllowed":0}""");
        await cluster.MergeAsync(Pods + "/p/status", $$"""{"status":{"phase":"{{phase}}"} }""");
        await EvictAsync(cluster, "p", 201);
    }

    [Theory]
    [InlineData("1.37", "AlwaysAllow", 0, 201)]
    [InlineData("1.37", "IfHealthyBudget", 0, 429)]
    [InlineData("1.37", "IfHealthyBudget", 2, 201)]
    [InlineData("1.37", "", 2, 201)]
    [InlineData("1.25", "", 2, 201)]
    [InlineData("1.25", "AlwaysAllow", 0, 429)]
    public async Task UnhealthyPodEvictionPolicy_decides_on_an_unready_pod(string version, string policy, int healthy, int expected)
    {
        using var cluster = await RunningAsync(version, "False");
        await BudgetAsync(
            cluster,
            "b",
            $$"""{"observedGeneration":1,"disruptionsAllowed":0,"currentHealthy":{{healthy}},"desiredHealthy":2}"""
        );
        if (policy.Length > 0)
        {
            JsonObject budget = await cluster.MergeAsync(Budgets + "/b", $$"""{"spec":{"unhealthyPodEvictionPolicy":"{{policy}}"} }""");
            await cluster.MergeAsync(
                Budgets + "/b/status",
                $$"""{"status":{"observedGeneration":{{budget["metadata"]!["generation"]}}} }"""
            );
        }

        await EvictAsync(cluster, "p", expected);
    }

    [Fact]
    public async Task A_pod_with_another_UID_is_not_evicted()
    {
        using var cluster = await RunningAsync();
        JsonObject body = await EvictAsync(
            cluster,
            "p",
            409,
            ""","deleteOptions":{"preconditions":{"uid":"11111111-1111-1111-1111-111111111111"} }"""
        );
        Assert.Equal("Conflict", (string?)body["reason"]);
        Assert.Contains("does not match the UID in record", (string?)body["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_eviction_of_a_missing_or_unnamed_pod_is_refused()
    {
        using var cluster = await RunningAsync();
        Assert.Equal("pods \"none\" not found", (string?)(await EvictAsync(cluster, "none", 404))["message"]);
        (HttpStatusCode code, JsonObject body) = await cluster.SendAsync("POST", Pods + "/p/eviction", """{"metadata":{"name":"other"}}""");
        Assert.Equal((HttpStatusCode.BadRequest, "name in URL does not match name in Eviction object"), (code, (string?)body["message"]));
    }

    [Fact]
    public async Task No_pod_is_evicted_in_a_terminating_namespace()
    {
        using var cluster = await RunningAsync();
        await cluster.CreateAsync("/api/v1/namespaces", """{"metadata":{"name":"gone","finalizers":["example.com/hold"]}}""");
        await cluster.OkAsync("DELETE", "/api/v1/namespaces/gone");
        (HttpStatusCode code, JsonObject body) = await cluster.SendAsync(
            "POST",
            "/api/v1/namespaces/gone/pods/p/eviction",
            """{"metadata":{"name":"p"}}"""
        );
        Assert.Equal(HttpStatusCode.Forbidden, code);
        Assert.Equal("NamespaceTerminating", (string?)body["details"]!["causes"]![0]!["reason"]);
    }

    [Theory]
    [InlineData("1.20", "policy/v1beta1", 201)]
    [InlineData("1.20", "policy/v1", 400)]
    [InlineData("1.22", "policy/v1beta1", 201)]
    [InlineData("1.22", "policy/v1", 201)]
    public async Task An_eviction_is_accepted_at_every_served_version(string version, string apiVersion, int expected)
    {
        using var cluster = await RunningAsync(version);
        (HttpStatusCode code, _) = await cluster.SendAsync(
            "POST",
            Pods + "/p/eviction",
            $$"""{"apiVersion":"{{apiVersion}}","kind":"Eviction","metadata":{"name":"p"} }"""
        );
        Assert.Equal(expected, (int)code);
    }

    [Theory]
    [InlineData("1.20", "v1beta1", 201)]
    [InlineData("1.21", "v1", 429)]
    public async Task An_empty_selector_selects_all_pods_in_v1_and_none_in_v1beta1(string version, string policy, int expected)
    {
        using var cluster = await RunningAsync(version);
        string path = $"/apis/policy/{policy}/namespaces/default/poddisruptionbudgets";
        await cluster.CreateAsync(path, """{"metadata":{"name":"b"},"spec":{"minAvailable":1,"selector":{} } }""");
        await EvictAsync(cluster, "p", expected);
    }

    [Fact]
    public async Task Concurrent_evictions_never_exceed_the_allowed_disruptions()
    {
        using var cluster = await RunningAsync();
        for (int i = 0; i < 12; i++)
        {
            await cluster.CreateAsync(Pods, Bodies.Pod($"p{i}", """{"app":"a"}""", "n1"));
            await cluster.MergeAsync(
                $"{Pods}/p{i}/status",
                """{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}"""
            );
        }

        await BudgetAsync(cluster, "b", """{"observedGeneration":1,"disruptionsAllowed":5,"currentHealthy":13,"desiredHealthy":8}""");
        HttpStatusCode[] answers = await Task.WhenAll(
            Enumerable
                .Range(0, 12)
                .Select(i =>
                    Task.Run(async () =>
                        (await cluster.SendAsync("POST", $"{Pods}/p{i}/eviction", $$"""{"metadata":{"name":"p{{i}}"} }""")).Code
                    )
                )
        );
        Assert.Equal(5, answers.Count(code => code == HttpStatusCode.Created));
        Assert.Equal(7, answers.Count(code => code == HttpStatusCode.TooManyRequests));
    }

    private static async Task<TestCluster> RunningAsync(string version = "1.37", string ready = "True")
    {
        var cluster = new TestCluster(version);
        await cluster.CreateAsync(Pods, Bodies.Pod("p", """{"app":"a"}""", "n1"));
        await cluster.MergeAsync(
            Pods + "/p/status",
            $$"""{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"{{ready}}"}]} }"""
        );
        return cluster;
    }

    private static async Task BudgetAsync(TestCluster cluster, string name, string status)
    {
        await cluster.CreateAsync(Budgets, Bodies.Budget(name, "a"));
        await cluster.MergeAsync($"{Budgets}/{name}/status", $$"""{"status":{{status}} }""");
    }

    private static async Task<JsonObject> EvictAsync(TestCluster cluster, string name, int expected, string more = "")
    {
        (HttpStatusCode code, JsonObject body) = await cluster.SendAsync(
            "POST",
            $"{Pods}/{name}/eviction",
            $$"""{"metadata":{"name":"{{name}}","namespace":"default"}{{more}} }"""
        );
        Assert.True((int)code == expected, body.ToJsonString());
        return body;
    }
}
