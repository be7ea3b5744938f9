using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Ownership;

/// <summary>Server-side apply, as the Kubernetes documentation describes it.</summary>
public sealed class ApplyTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task Applying_creates_and_applying_the_same_again_changes_nothing(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string path = MapPath(cluster, "one");

        JsonNode made = (await cluster.ApplyAsync("alice", path, Map("one", """{"a":"1","b":"2"}"""))).Must(HttpStatusCode.Created);
        JsonNode again = (await cluster.ApplyAsync("alice", path, Map("one", """{"a":"1","b":"2"}"""))).Must(HttpStatusCode.OK);

        Assert.Equal(["alice Apply: .data.a .data.b"], made.Owners());
        Assert.Equal((string)made["metadata"]!["resourceVersion"]!, (string)again["metadata"]!["resourceVersion"]!);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_field_that_a_manager_stops_applying_is_removed_unless_another_manager_owns_it(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string path = MapPath(cluster, "one");
        await cluster.ApplyAsync("alice", path, Map("one", """{"a":"1","b":"2","c":"3"}"""));
        (await cluster.ApplyAsync("bob", path, Map("one", """{"b":"2"}"""))).Must(HttpStatusCode.OK);

        JsonNode left = (await cluster.ApplyAsync("alice", path, Map("one", """{"c":"3"}"""))).Must(HttpStatusCode.OK);
        Assert.Equal("""{"b":"2","c":"3"}""", left["data"]!.ToJsonString());
        Assert.Equal(["alice Apply: .data.c", "bob Apply: .data.b"], left.Owners());

        JsonNode bare = (
            await cluster.ApplyAsync("alice", path, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"}}""")
        ).Must(HttpStatusCode.OK);
        Assert.Equal("""{"b":"2"}""", bare["data"]!.ToJsonString());
        Assert.Equal(["bob Apply: .data.b"], bare.Owners());
    }

    [SkippableTheory]
    [AllBackends("api/v1", "configmaps", "ConfigMap", "\"data\":{\"a\":\"1\"}")]
    [AllBackends("api/v1", "secrets", "Secret", "\"type\":\"Opaque\"")]
    [AllBackends("api/v1", "serviceaccounts", "ServiceAccount", "\"automountServiceAccountToken\":true")]
    [AllBackends("api/v1", "services", "Service", "\"spec\":{\"ports\":[{\"port\":80,\"protocol\":\"TCP\"}]}")]
    [AllBackends("api/v1", "pods", "Pod", "\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"a\"}],\"schedulerName\":\"none\"}")]
    [AllBackends(
        "apis/apps/v1",
        "deployments",
        "Deployment",
        "\"spec\":{\"replicas\":0,\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"template\":{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"a\"}]}}}"
    )]
    [AllBackends("apis/coordination.k8s.io/v1", "leases", "Lease", "\"spec\":{\"holderIdentity\":\"a\"}")]
    [AllBackends("apis/rbac.authorization.k8s.io/v1", "roles", "Role", "\"rules\":[]")]
    public async Task Releasing_the_last_label_and_annotation_does_not_change_the_object(
        string backend,
        string group,
        string plural,
        string kind,
        string rest
    )
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string path = $"/{group}/namespaces/{cluster.Namespace}/{plural}/one";
        string Configuration(string metadata) =>
            $$"""{"apiVersion":"{{group[(group.IndexOf('/', StringComparison.Ordinal) + 1)..]}}","kind":"{{kind}}","metadata":{"name":"one"{{metadata}}},{{rest}}}""";
        JsonNode made = (
            await cluster.ApplyAsync("alice", path, Configuration(""","labels":{"tier":"gold"},"annotations":{"note":"x"}"""))
        ).Must(HttpStatusCode.Created);

        JsonNode unlabelled = (await cluster.ApplyAsync("alice", path, Configuration(""","annotations":{"note":"x"}"""))).Must(
            HttpStatusCode.OK
        );
        JsonNode bare = (await cluster.ApplyAsync("alice", path, Configuration(""))).Must(HttpStatusCode.OK);

        Assert.Null(unlabelled["metadata"]!["labels"]);
        Assert.Equal("x", (string?)unlabelled["metadata"]!["annotations"]!["note"]);
        Assert.Null(bare["metadata"]!["annotations"]?["note"]);
        Assert.Equal((string?)made["metadata"]!["uid"], (string?)bare["metadata"]!["uid"]);
        Assert.DoesNotContain(bare.Owners("alice"), static owner => owner.Contains(" .metadata", StringComparison.Ordinal));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Changing_a_field_of_another_manager_is_a_conflict_that_names_the_manager_until_forced(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string path = MapPath(cluster, "one");
        await cluster.ApplyAsync("alice", path, Map("one", """{"a":"1"}"""));
        await cluster.MergeAsync("editor", path, """{"data":{"b":"1","c":"1"}}""");

        JsonNode one = (await cluster.ApplyAsync("bob", path, Map("one", """{"a":"2"}"""))).Must(HttpStatusCode.Conflict);
        JsonNode three = (await cluster.ApplyAsync("bob", path, Map("one", """{"a":"2","b":"2","c":"2"}"""))).Must(HttpStatusCode.Conflict);
        JsonNode forced = (await cluster.ApplyAsync("bob", path, Map("one", """{"a":"2","b":"2"}"""), "&force=true")).Must(
            HttpStatusCode.OK
        );

        Assert.Equal("Apply failed with 1 conflict: conflict with \"alice\": .data.a", (string)one["message"]!);
        Assert.Equal("Conflict", (string)one["reason"]!);
        Assert.Equal(
            """[{"reason":"FieldManagerConflict","message":"conflict with \u0022alice\u0022","field":".data.a"}]""",
            one["details"]!["causes"]!.ToJsonString()
        );
        Assert.Equal(
            "Apply failed with 3 conflicts: conflicts with \"alice\":\n- .data.a\nconflicts with \"editor\" using v1:\n- .data.b\n- .data.c",
            (string)three["message"]!
        );
        Assert.Equal(["bob Apply: .data.a .data.b", "editor Update: .data.c"], forced.Owners("bob", "editor", "alice"));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task List_elements_are_owned_by_the_managers_that_apply_them(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string path = $"/apis/apps/v1/namespaces/{cluster.Namespace}/deployments/web";
        (
            await cluster.ApplyAsync(
                "alice",
                path,
                Deployment(
                    """{"name":"main","image":"i:1","env":[{"name":"A","value":"1"}],"ports":[{"containerPort":80,"protocol":"TCP"}]}"""
                )
            )
        ).Must(HttpStatusCode.Created);

        // Another adds a container, and a variable to the first one.
        JsonNode both = (
            await cluster.ApplyAsync(
                "bob",
                path,
                """
                {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"template":{"spec":{"containers":[
                 {"name":"main","env":[{"name":"B","value":"2"}]},{"name":"side","image":"s:1"}],"tolerations":[{"key":"t","operator":"Exists"}]}}}}
                """
            )
        ).Must(HttpStatusCode.OK);
        JsonArray containers = both["spec"]!["template"]!["spec"]!["containers"]!.AsArray();
        Assert.Equal(["main", "side"], containers.Select(one => (string)one!["name"]!));
        Assert.Equal(["A", "B"], containers[0]!["env"]!.AsArray().Select(one => (string)one!["name"]!));
        const string Main = ".spec.template.spec.containers[{\"name\":\"main\"}]",
            Side = ".spec.template.spec.containers[{\"name\":\"side\"}]",
            Env = Main + ".env[{\"name\":\"B\"}]";
        Assert.Equal(
            [$"bob Apply: {Main} {Env} {Env}.name {Env}.value {Main}.name {Side} {Side}.image {Side}.name .spec.template.spec.tolerations"],
            both.Owners("bob")
        );

        // An atomic list has one owner.
        WireAnswer refused = await cluster.ApplyAsync(
            "alice",
            path,
            Deployment("""{"name":"main","image":"i:1"}""", ""","tolerations":[{"key":"u","operator":"Exists"}]""")
        );
        Assert.Equal(
            "Apply failed with 1 conflict: conflict with \"bob\": .spec.template.spec.tolerations",
            (string)refused.Must(HttpStatusCode.Conflict)["message"]!
        );

        // A released field is removed with all fields that only its manager owned.
        JsonNode without = (
            await cluster.ApplyAsync("bob", path, """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"}}""")
        ).Must(HttpStatusCode.OK);
        JsonNode only = Assert.Single(without["spec"]!["template"]!["spec"]!["containers"]!.AsArray())!;
        Assert.Equal(["A"], only["env"]!.AsArray().Select(one => (string)one!["name"]!));
        Assert.Null(without["spec"]!["template"]!["spec"]!["tolerations"]);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_replica_count_is_owned_also_when_set_by_scale(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string path = $"/apis/apps/v1/namespaces/{cluster.Namespace}/deployments/web";
        string Counted(int replicas) =>
            Deployment("""{"name":"main","image":"i:1"}""")
                .Replace("\"paused\"", $"\"replicas\":{replicas},\"paused\"", StringComparison.Ordinal);
        (await cluster.ApplyAsync("alice", path, Counted(1))).Must(HttpStatusCode.Created);

        (await cluster.MergeAsync("scaler", path + "/scale", """{"spec":{"replicas":2}}""")).Must(HttpStatusCode.OK);
        JsonNode scaled = await cluster.ReadAsync(path);
        WireAnswer again = await cluster.ApplyAsync("alice", path, Counted(5));

        // Before 1.22 servers did not keep who scales.
        Assert.Equal(cluster.Minor < 22 ? [] : ["scaler Update/scale: .spec.replicas"], scaled.Owners("scaler"));
        if (cluster.Minor < 22)
            again.Must(HttpStatusCode.OK);
        else
        {
            Assert.Equal(
                "Apply failed with 1 conflict: conflict with \"scaler\" with subresource \"scale\" using apps/v1: .spec.replicas",
                (string)again.Must(HttpStatusCode.Conflict)["message"]!
            );
        }
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_replica_count_without_an_owner_has_none_after_scaling(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string path = $"/apis/apps/v1/namespaces/{cluster.Namespace}/deployments/web";
        (await cluster.ApplyAsync("alice", path, Deployment("""{"name":"main","image":"i:1"}"""))).Must(HttpStatusCode.Created);

        (await cluster.MergeAsync("scaler", path + "/scale", """{"spec":{"replicas":2}}""")).Must(HttpStatusCode.OK);

        Assert.Empty((await cluster.ReadAsync(path)).Owners("scaler"));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_status_is_applied_through_its_subresource(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string path = $"/api/v1/nodes/{(await cluster.AddNodesAsync(1, ready: false))[0]}",
            name = path.Split('/')[^1];
        string Node(string rest) => $$"""{"apiVersion":"v1","kind":"Node","metadata":{"name":"{{name}}"},{{rest}}}""";

        JsonNode marked = (
            await cluster.ApplyAsync(
                "watchdog",
                path + "/status",
                Node("\"status\":{\"conditions\":[{\"type\":\"DiskSlow\",\"status\":\"True\"}]}")
            )
        ).Must(HttpStatusCode.OK);
        JsonNode cleared = (await cluster.ApplyAsync("watchdog", path + "/status", Node("\"status\":{}"))).Must(HttpStatusCode.OK);
        JsonNode cordoned = (await cluster.ApplyAsync("operator", path, Node("\"spec\":{\"unschedulable\":true}"))).Must(HttpStatusCode.OK);

        Assert.Contains(marked["status"]!["conditions"]!.AsArray(), one => (string)one!["type"]! == "DiskSlow");
        Assert.DoesNotContain(cleared["status"]!["conditions"]?.AsArray() ?? [], one => (string)one!["type"]! == "DiskSlow");
        Assert.Equal(["operator Apply: .spec.unschedulable"], cordoned.Owners("operator"));
        Assert.True((bool)cordoned["spec"]!["unschedulable"]!);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_dry_run_of_apply_returns_the_result_and_stores_nothing(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        JsonNode would = (await cluster.ApplyAsync("alice", MapPath(cluster, "one"), Map("one", """{"a":"1"}"""), "&dryRun=All")).Must(
            HttpStatusCode.Created
        );

        Assert.Equal(["alice Apply: .data.a"], would.Owners());
        Assert.Equal(HttpStatusCode.NotFound, (await cluster.SendAsync("GET", MapPath(cluster, "one"))).Code);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Server_side_apply_of_kubectl_takes_over_client_side_apply(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";
        string Told(string value) =>
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"},"data":{"a":"VALUE"}}""".Replace(
                "VALUE",
                value,
                StringComparison.Ordinal
            );
        var map = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = "one",
                ["annotations"] = new JsonObject { [Annotation] = Told("1") },
            },
            ["data"] = new JsonObject { ["a"] = "1" },
        };
        (
            await cluster.SendAsync(
                "POST",
                $"/api/v1/namespaces/{cluster.Namespace}/configmaps?fieldManager=kubectl-client-side-apply",
                map.ToJsonString()
            )
        ).Must(HttpStatusCode.Created);

        Assert.Equal(
            HttpStatusCode.Conflict,
            (await cluster.ApplyAsync("somebody", MapPath(cluster, "one"), Map("one", """{"a":"2"}"""))).Code
        );
        JsonNode taken = (await cluster.ApplyAsync("kubectl", MapPath(cluster, "one"), Map("one", """{"a":"2"}"""))).Must(
            HttpStatusCode.OK
        );

        Assert.Equal(["kubectl Apply: .data.a"], taken.Owners("kubectl"));
        if (cluster.Minor < 22)
            return;
        JsonNode kept = JsonNode.Parse((string)taken["metadata"]!["annotations"]![Annotation]!)!;
        Assert.Equal("2", (string)kept["data"]!["a"]!);
    }

    [SkippableTheory]
    [AllBackends(
        "",
        """{"name":"one"}""",
        422,
        "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch"
    )]
    [AllBackends("?fieldManager=a", """{"name":"two"}""", 400, "the name of the object (two) does not match the name on the URL (one)")]
    [AllBackends("?fieldManager=a", "{}", 400, "the name of the object (one based on URL) was undeterminable: name must be provided")]
    [AllBackends("?fieldManager=a", """{"name":"one","managedFields":[{}]}""", 400, "metadata.managedFields must be nil")]
    [AllBackends(
        "?fieldManager=a",
        """{"name":"one","uid":"1"}""",
        409,
        "Operation cannot be fulfilled on configmaps \"one\": uid mismatch: the provided object specified uid 1, and no existing object was found"
    )]
    public async Task Invalid_apply_requests_are_refused(string backend, string query, string metadata, int code, string message)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        WireAnswer answer = await cluster.SendAsync(
            "PATCH",
            MapPath(cluster, "one") + query,
            $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{{metadata}}}""",
            "application/apply-patch+yaml"
        );

        Assert.Equal((code, message), ((int)answer.Code, (string)answer.Json["message"]!));
    }

    [SkippableTheory]
    [AllBackends("\"data\":{},\"dataa\":{}", ".dataa: field not declared in schema")]
    [AllBackends("\"data\":{\"a\":1}", ".data.a: expected string, got &value.valueUnstructured{Value:1}")]
    [AllBackends("\"data\":\"text\"", ".data: expected map, got &{text}")]
    [AllBackends(
        "\"metadata\":{\"name\":\"one\",\"ownerReferences\":[{\"uid\":\"1\"},{\"uid\":\"1\"}]}",
        ".metadata.ownerReferences: duplicate entries for key [uid=\"1\"]"
    )]
    public async Task A_configuration_that_violates_its_schema_cannot_be_applied(string backend, string rest, string fault)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string configuration =
            $$"""{"apiVersion":"v1","kind":"ConfigMap",{{(rest.Contains("metadata", StringComparison.Ordinal) ? "" : "\"metadata\":{\"name\":\"one\"},")}}{{rest}}}""";

        JsonNode refused = (await cluster.ApplyAsync("alice", MapPath(cluster, "one"), configuration)).Must(
            HttpStatusCode.InternalServerError
        );

        string about = cluster.Minor >= 22 ? " (/one; /v1, Kind=ConfigMap)" : "";
        Assert.Equal($"failed to create typed patch object{about}: {fault}", (string)refused["message"]!);
    }

    private static string MapPath(TestCluster cluster, string name) => $"/api/v1/namespaces/{cluster.Namespace}/configmaps/{name}";

    private static string Map(string name, string data) =>
        $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}"},"data":{{data}}}""";

    private static string Deployment(string container, string rest = "") =>
        """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"paused":true,"selector":{"matchLabels":{"a":"b"}},
             "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[CONTAINER]REST}}}}
            """.Replace("CONTAINER", container, StringComparison.Ordinal).Replace("REST", rest, StringComparison.Ordinal);
}
