using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Ownership;

/// <summary>Who owns which fields after writes that change an object.</summary>
public sealed class UpdateOwnershipTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task The_creator_owns_set_and_defaulted_fields(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string deployments = $"/apis/apps/v1/namespaces/{cluster.Namespace}/deployments";

        JsonNode created = (
            await cluster.SendAsync(
                "POST",
                deployments + "?fieldManager=maker",
                """
                {"metadata":{"name":"web","labels":{"a":"b"}},"spec":{"paused":true,"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{
                 "metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"main","image":"i:1","ports":[{"containerPort":80}],
                 "env":[{"name":"X","value":"1"}],"args":["a"]}],"tolerations":[{"key":"t","operator":"Exists"}]}}}}
                """
            )
        ).Must(HttpStatusCode.Created);

        const string Pod = ".spec.template.spec",
            Main = Pod + ".containers[{\"name\":\"main\"}]",
            Port = Main + ".ports[{\"containerPort\":80,\"protocol\":\"TCP\"}]";
        string[] expected =
        [
            ".metadata.labels",
            ".metadata.labels.a",
            ".spec.paused",
            ".spec.progressDeadlineSeconds",
            ".spec.replicas",
            ".spec.revisionHistoryLimit",
            ".spec.selector",
            ".spec.strategy.rollingUpdate",
            ".spec.strategy.rollingUpdate.maxSurge",
            ".spec.strategy.rollingUpdate.maxUnavailable",
            ".spec.strategy.type",
            ".spec.template.metadata.labels",
            ".spec.template.metadata.labels.a",
            Main,
            Main + ".args",
            Main + ".env",
            Main + ".env[{\"name\":\"X\"}]",
            Main + ".env[{\"name\":\"X\"}].name",
            Main + ".env[{\"name\":\"X\"}].value",
            Main + ".image",
            Main + ".imagePullPolicy",
            Main + ".name",
            Main + ".ports",
            Port,
            Port + ".containerPort",
            Port + ".protocol",
            Main + ".resources",
            Main + ".terminationMessagePath",
            Main + ".terminationMessagePolicy",
            Pod + ".dnsPolicy",
            Pod + ".restartPolicy",
            Pod + ".schedulerName",
            Pod + ".securityContext",
            Pod + ".terminationGracePeriodSeconds",
            Pod + ".tolerations",
        ];
        Assert.Equal(["maker Update: " + string.Join(' ', expected.Order(StringComparer.Ordinal))], created.Owners("maker"));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_manager_that_changes_a_field_takes_its_ownership(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string path = await CreateAsync(cluster, """{"metadata":{"name":"one","annotations":{"x":"y"}},"data":{"a":"1","b":"2"}}""");
        Assert.Equal(
            ["maker Update: .data .data.a .data.b .metadata.annotations .metadata.annotations.x"],
            (await cluster.ReadAsync(path)).Owners()
        );

        (await cluster.MergeAsync("other", path, """{"data":{"a":"9","c":"3"}}""")).Must(HttpStatusCode.OK);
        Assert.Equal(
            ["maker Update: .data .data.b .metadata.annotations .metadata.annotations.x", "other Update: .data.a .data.c"],
            (await cluster.ReadAsync(path)).Owners()
        );

        // The same again changes nothing, not even who owns it.
        string version = (string)(await cluster.ReadAsync(path))["metadata"]!["resourceVersion"]!;
        JsonNode same = (await cluster.MergeAsync("third", path, """{"data":{"a":"9"}}""")).Must(HttpStatusCode.OK);
        Assert.Equal(version, (string)same["metadata"]!["resourceVersion"]!);

        // A removed field has no owner.
        (await cluster.MergeAsync("third", path, """{"data":{"b":null},"metadata":{"annotations":null}}""")).Must(HttpStatusCode.OK);
        Assert.Equal(["maker Update: .data", "other Update: .data.a .data.c"], (await cluster.ReadAsync(path)).Owners());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_update_owns_the_changed_fields(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string path = await CreateAsync(cluster, """{"metadata":{"name":"one"},"data":{"a":"1","b":"2"}}""");

        (await cluster.SendAsync("PUT", path + "?fieldManager=other", """{"metadata":{"name":"one"},"data":{"a":"1","c":"3"}}""")).Must(
            HttpStatusCode.OK
        );

        Assert.Equal(["maker Update: .data .data.a", "other Update: .data.c"], (await cluster.ReadAsync(path)).Owners());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_default_manager_name_comes_from_the_User_Agent(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        WireAnswer answer = await cluster.SendWithAsync(
            [new("User-Agent", "robot/v1.2 (linux/amd64) x/y")],
            "POST",
            Maps(cluster),
            """{"metadata":{"name":"one"},"data":{"a":"1"}}"""
        );

        Assert.Equal(["robot Update: .data .data.a"], answer.Must(HttpStatusCode.Created).Owners());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_status_of_a_node_is_owned_element_by_element(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string path = $"/api/v1/nodes/{(await cluster.AddNodesAsync(1, ready: false))[0]}";

        (
            await cluster.SendAsync(
                "PATCH",
                path + "/status?fieldManager=watchdog",
                """
                {"status":{"conditions":[{"type":"DiskSlow","status":"False","reason":"Fine"}]},"metadata":{"labels":{"seen":"1"}}}
                """,
                "application/strategic-merge-patch+json"
            )
        ).Must(HttpStatusCode.OK);

        const string Condition = ".status.conditions[{\"type\":\"DiskSlow\"}]";
        string through = cluster.Minor >= 22 ? "/status" : "";
        string owned = Assert.Single((await cluster.ReadAsync(path)).Owners("watchdog"));
        Assert.StartsWith($"watchdog Update{through}: .metadata.labels.seen ", owned, StringComparison.Ordinal);
        Assert.EndsWith(
            $"{Condition} {Condition}.lastHeartbeatTime {Condition}.lastTransitionTime {Condition}.reason {Condition}.status {Condition}.type",
            owned,
            StringComparison.Ordinal
        );
    }

    [SkippableTheory]
    [AllBackends("[{}]")]
    [AllBackends("[]")]
    public async Task A_client_can_clear_managedFields_until_the_next_apply(string backend, string owners)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string path = await CreateAsync(cluster, """{"metadata":{"name":"one"},"data":{"a":"1"}}""");

        JsonNode cleared = (await cluster.MergeAsync("janitor", path, $$$"""{"metadata":{"managedFields":{{{owners}}}}}""")).Must(
            HttpStatusCode.OK
        );
        Assert.Null(cleared["metadata"]!["managedFields"]);
        Assert.Empty((await cluster.MergeAsync("other", path, """{"data":{"a":"2"}}""")).Must(HttpStatusCode.OK).Owners());

        JsonNode applied = (await cluster.ApplyAsync("alice", path, Map("one", """{"a":"2","b":"1"}"""))).Must(HttpStatusCode.OK);
        Assert.Equal(["alice Apply: .data.a .data.b", "before-first-apply Update: .data .data.a"], applied.Owners());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_client_can_set_managedFields(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string path = await CreateAsync(cluster, """{"metadata":{"name":"one"},"data":{"a":"1","b":"2"}}""");
        JsonNode item = await cluster.ReadAsync(path);
        item["metadata"]!["managedFields"]![0]!["manager"] = "successor";
        item["metadata"]!["managedFields"]![0]!["operation"] = "Apply";

        (await cluster.SendAsync("PUT", path + "?fieldManager=janitor", item.ToJsonString())).Must(HttpStatusCode.OK);
        Assert.Equal(["successor Apply: .data .data.a .data.b"], (await cluster.ReadAsync(path)).Owners());

        (
            await cluster.SendAsync(
                "PATCH",
                path,
                """[{"op":"replace","path":"/metadata/managedFields/0/manager","value":"heir"}]""",
                "application/json-patch+json"
            )
        ).Must(HttpStatusCode.OK);
        Assert.Equal(["heir Apply: .data .data.a .data.b"], (await cluster.ReadAsync(path)).Owners());
    }

    private static string Maps(TestCluster cluster) => $"/api/v1/namespaces/{cluster.Namespace}/configmaps";

    private static async Task<string> CreateAsync(TestCluster cluster, string map)
    {
        JsonNode made = (await cluster.SendAsync("POST", Maps(cluster) + "?fieldManager=maker", map)).Must(HttpStatusCode.Created);
        return $"{Maps(cluster)}/{made["metadata"]!["name"]}";
    }

    private static string Map(string name, string data) =>
        $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}"},"data":{{data}}}""";
}
