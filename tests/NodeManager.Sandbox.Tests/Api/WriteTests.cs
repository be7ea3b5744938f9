using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Testing;

namespace NodeManager.Sandbox.Tests.Api;

public sealed class WriteTests
{
    private const string Pods = "/api/v1/namespaces/default/pods";
    private const string Deployments = "/apis/apps/v1/namespaces/default/deployments";

    private const string Deployment =
        """{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"app":"d"}},"template":{"metadata":{"labels":{"app":"d"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""";

    [Fact]
    public async Task The_server_assigns_identity_to_a_new_object()
    {
        using var cluster = new TestCluster(time: new ManualTimeProvider());
        JsonObject pod = await cluster.CreateAsync(
            Pods,
            """{"metadata":{"generateName":"web-","uid":"mine","creationTimestamp":"2000-01-01T00:00:00Z"},"spec":{"containers":[{"name":"c","image":"i"}]},"status":{"phase":"Running"}}"""
        );
        JsonNode metadata = pod["metadata"]!;
        Assert.Matches("^web-[a-z0-9]{5}$", (string?)metadata["name"]);
        Assert.True(Guid.TryParse((string?)metadata["uid"], out _));
        Assert.Equal("2026-01-01T00:00:00Z", (string?)metadata["creationTimestamp"]);
        Assert.Equal("default", (string?)metadata["namespace"]);
        Assert.Equal("Pending", (string?)pod["status"]!["phase"]);
        Assert.Equal("BestEffort", (string?)pod["status"]!["qosClass"]);
        Assert.Equal("default-scheduler", (string?)pod["spec"]!["schedulerName"]);
    }

    // On a real control plane a default class would be that of all other tests too.
    [Fact]
    public async Task A_pod_without_a_PriorityClass_gets_the_default_one()
    {
        using var cluster = new TestCluster();
        const string Classes = "/apis/scheduling.k8s.io/v1/priorityclasses";
        await cluster.CreateAsync(Classes, """{"metadata":{"name":"usual"},"value":100,"globalDefault":true,"preemptionPolicy":"Never"}""");
        await cluster.CreateAsync(Classes, """{"metadata":{"name":"other","annotations":{"text":"\"globalDefault\":true"}},"value":7}""");

        JsonNode spec = (await cluster.CreateAsync(Pods, """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"}]}}"""))[
            "spec"
        ]!;
        Assert.Equal(
            ("usual", 100, "Never"),
            ((string)spec["priorityClassName"]!, (int)spec["priority"]!, (string)spec["preemptionPolicy"]!)
        );
        spec = (
            await cluster.CreateAsync(
                Pods,
                """{"metadata":{"name":"b"},"spec":{"priorityClassName":"other","containers":[{"name":"c","image":"i"}]}}"""
            )
        )["spec"]!;
        Assert.Equal(
            ("other", 7, "PreemptLowerPriority"),
            ((string)spec["priorityClassName"]!, (int)spec["priority"]!, (string)spec["preemptionPolicy"]!)
        );
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_identities()
    {
        using var one = new TestCluster();
        using var two = new TestCluster();
        Assert.Equal(
            (string?)(await one.CreateAsync("/api/v1/nodes", Bodies.Node("a")))["metadata"]!["uid"],
            (string?)(await two.CreateAsync("/api/v1/nodes", Bodies.Node("a")))["metadata"]!["uid"]
        );
    }

    [Fact]
    public async Task The_same_seed_gives_another_identity_of_the_cluster()
    {
        using var one = new TestCluster();
        using var two = new TestCluster();
        string[] uids = [await UidAsync(one), await UidAsync(two)];

        Assert.Equal(2, uids.Distinct().Count());
        Assert.All(uids, static uid => Assert.True(Guid.TryParse(uid, out _)));

        static async Task<string> UidAsync(TestCluster cluster) =>
            (string)(await cluster.GetAsync("/api/v1/namespaces/kube-system"))["metadata"]!["uid"]!;
    }

    [Theory]
    [InlineData("POST", "/api/v1/nodes", "application/json", """{"metadata":{"name":"a"}}""", 409, "nodes \"a\" already exists")]
    [InlineData(
        "POST",
        "/api/v1/namespaces/none/configmaps",
        "application/json",
        """{"metadata":{"name":"a"}}""",
        404,
        "namespaces \"none\" not found"
    )]
    [InlineData(
        "POST",
        "/api/v1/namespaces/default/configmaps",
        "application/json",
        """{"metadata":{"name":"a","namespace":"other"}}""",
        400,
        "the namespace of the provided object does not match the namespace sent on the request"
    )]
    [InlineData(
        "POST",
        "/api/v1/nodes",
        "application/json",
        """{"metadata":{}}""",
        422,
        "Node \"\" is invalid: metadata.name: Required value: name or generateName is required"
    )]
    [InlineData(
        "POST",
        "/api/v1/nodes",
        "application/json",
        """{"metadata":{"name":"b","resourceVersion":"5"}}""",
        500,
        "resourceVersion should not be set on objects to be created"
    )]
    [InlineData(
        "POST",
        "/api/v1/nodes",
        "text/plain",
        """{"metadata":{"name":"b"}}""",
        415,
        "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf"
    )]
    [InlineData("POST", "/api/v1/nodes", "application/json", "", 400, null)]
    [InlineData("POST", "/api/v1/nodes", "application/json", """{"metadata":{"name":"b","labels":{"a":1}}}""", 400, null)]
    [InlineData("POST", "/api/v1/nodes", "application/json", """{"metadata":"b"}""", 400, null)]
    [InlineData("POST", "/api/v1/nodes", "application/json", """{"metadata":{"name":"b"},"spec":{"taints":["x"]}}""", 400, null)]
    [InlineData(
        "POST",
        "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
        "application/json",
        """{"metadata":{"name":"b"},"spec":{"minAvailable":1,"maxUnavailable":1}}""",
        422,
        null
    )]
    [InlineData(
        "POST",
        "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
        "application/json",
        """{"metadata":{"name":"b"},"spec":{"minAvailable":-1}}""",
        422,
        "PodDisruptionBudget.policy \"b\" is invalid: spec.minAvailable: Invalid value: -1: must be greater than or equal to 0"
    )]
    [InlineData(
        "POST",
        "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
        "application/json",
        """{"metadata":{"name":"b"},"spec":{"maxUnavailable":"half"}}""",
        422,
        null
    )]
    [InlineData("POST", "/api/v1/nodes", "application/json", "{", 400, null)]
    [InlineData("POST", "/api/v1/nodes", "application/json", """{"kind":"Pod","metadata":{"name":"b"}}""", 400, null)]
    [InlineData("POST", "/api/v1/nodes", "application/json", """{"apiVersion":"v2","metadata":{"name":"b"}}""", 400, null)]
    [InlineData("PATCH", "/api/v1/nodes/none", "application/merge-patch+json", "{}", 404, "nodes \"none\" not found")]
    [InlineData(
        "PATCH",
        "/api/v1/nodes/a",
        "application/merge-patch+json",
        """{"metadata":{"name":"b"}}""",
        400,
        "the name of the object (b) does not match the name on the URL (a)"
    )]
    [InlineData(
        "PATCH",
        "/api/v1/nodes/a",
        "application/merge-patch+json",
        """{"metadata":{"resourceVersion":"1"},"spec":{"unschedulable":true}}""",
        409,
        "Operation cannot be fulfilled on nodes \"a\": the object has been modified; please apply your changes to the latest version and try again"
    )]
    [InlineData(
        "PATCH",
        "/api/v1/nodes/a",
        "application/merge-patch+json",
        """{"metadata":{"uid":"x"}}""",
        422,
        "Node \"a\" is invalid: metadata.uid: Invalid value: \"x\": field is immutable"
    )]
    [InlineData(
        "PATCH",
        "/api/v1/nodes/a",
        "application/merge-patch+json",
        """{"metadata":{"resourceVersion":"x"}}""",
        500,
        "strconv.ParseUint: parsing \"x\": invalid syntax"
    )]
    [InlineData(
        "PATCH",
        "/api/v1/nodes/a",
        "application/merge-patch+json",
        """{"metadata":{"finalizers":["bad"]}}""",
        422,
        "Node \"a\" is invalid: metadata.finalizers[0]: Invalid value: \"bad\": name is neither a standard finalizer name nor is it fully qualified"
    )]
    [InlineData(
        "PATCH",
        "/api/v1/nodes/a",
        "application/merge-patch+json",
        """{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"x"}]}}""",
        422,
        "Node \"a\" is invalid: metadata.ownerReferences.uid: Invalid value: \"\": must not be empty"
    )]
    [InlineData(
        "PATCH",
        "/api/v1/nodes/a",
        "application/merge-patch+json",
        """{"spec":{"providerID":"other"}}""",
        422,
        "Node \"a\" is invalid: spec.providerID: Forbidden: node updates may not change providerID except from \"\" to valid"
    )]
    [InlineData("DELETE", "/api/v1/nodes/a", "application/json", """{"propagationPolicy":"Bogus"}""", 422, null)]
    [InlineData("PATCH", "/api/v1/nodes/a", "text/plain", "{}", 415, null)]
    [InlineData("PATCH", "/api/v1/nodes/a", "application/merge-patch+json", "[]", 400, null)]
    [InlineData(
        "PATCH",
        "/api/v1/nodes/a",
        "application/json-patch+json",
        """[{"op":"test","path":"/spec/x","value":1}]""",
        422,
        "the server rejected our request due to an error in our request"
    )]
    [InlineData(
        "PATCH",
        "/api/v1/nodes/a/status",
        "application/strategic-merge-patch+json",
        """{"status":{"conditions":[{"status":"True"}]}}""",
        500,
        "map: map[status:True] does not contain declared merge key: type"
    )]
    [InlineData("PUT", "/api/v1/nodes/a", "application/json", """{"metadata":{"name":"a","resourceVersion":"1"}}""", 409, null)]
    [InlineData("PUT", "/api/v1/nodes", "application/json", "{}", 405, "the server does not allow this method on the requested resource")]
    [InlineData("POST", "/api/v1/nodes/a", "application/json", "{}", 405, null)]
    [InlineData("DELETE", "/api/v1/pods", "application/json", "{}", 405, null)]
    [InlineData("DELETE", "/api/v1/nodes/a", "application/json", """{"preconditions":{"resourceVersion":"1"}}""", 409, null)]
    [InlineData(
        "DELETE",
        "/api/v1/nodes/a?dryRun=Some",
        "application/json",
        "",
        422,
        "DeleteOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"Some\"]: supported values: \"All\""
    )]
    public async Task Invalid_objects_are_refused_with_the_message_of_the_server(
        string method,
        string path,
        string contentType,
        string body,
        int expected,
        string? message
    )
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync("/api/v1/nodes", """{"metadata":{"name":"a"},"spec":{"providerID":"cloud://a"}}""");
        (HttpStatusCode code, JsonObject answer) = await cluster.SendAsync(method, path, body, contentType);
        Assert.True(expected == (int)code, answer.ToJsonString());
        Assert.Equal(expected, (int?)answer["code"]);
        if (message is not null)
            Assert.Equal(message, (string?)answer["message"]);
    }

    [Theory]
    [InlineData("""{"metadata":{"labels":{"a":"b c"}}}""", "metadata.labels", "FieldValueInvalid")]
    [InlineData("""{"metadata":{"labels":{"-a":"b"}}}""", "metadata.labels", "FieldValueInvalid")]
    [InlineData("""{"metadata":{"annotations":{"a b":"c"}}}""", "metadata.annotations", "FieldValueInvalid")]
    [InlineData("""{"spec":{"taints":[{"key":"a b","effect":"NoSchedule"}]}}""", "metadata.taints[0].key", "FieldValueInvalid")]
    [InlineData(
        """{"spec":{"taints":[{"key":"a","value":"b c","effect":"NoSchedule"}]}}""",
        "metadata.taints[0].value",
        "FieldValueInvalid"
    )]
    [InlineData("""{"spec":{"taints":[{"key":"a","effect":"Bogus"}]}}""", "metadata.taints[0].effect", "FieldValueNotSupported")]
    [InlineData("""{"spec":{"taints":[{"key":"a"}]}}""", "metadata.taints[0].effect", "FieldValueRequired")]
    [InlineData(
        """{"spec":{"taints":[{"key":"a","effect":"NoSchedule"},{"key":"a","effect":"NoSchedule"}]}}""",
        "metadata.taints[1]",
        "FieldValueDuplicate"
    )]
    public async Task Labels_annotations_and_taints_are_checked(string patch, string field, string reason)
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("n"));
        (HttpStatusCode code, JsonObject body) = await cluster.SendAsync("PATCH", "/api/v1/nodes/n", patch, "application/merge-patch+json");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
        Assert.Equal(
            ("Invalid", "Node", "n"),
            ((string?)body["reason"], (string?)body["details"]!["kind"], (string?)body["details"]!["name"])
        );
        JsonNode cause = Assert.Single(body["details"]!["causes"]!.AsArray())!;
        Assert.Equal((field, reason), ((string?)cause["field"], (string?)cause["reason"]));
    }

    [Fact]
    public async Task A_patch_cannot_give_a_node_a_namespace()
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("a"));
        await cluster.MergeAsync("/api/v1/nodes/a", """{"metadata":{"namespace":"x","labels":{"seen":"yes"}}}""");
        Assert.Equal("a", await cluster.NamesAsync("/api/v1/nodes?labelSelector=seen"));
        Assert.Null((await cluster.GetAsync("/api/v1/nodes/a"))["metadata"]!["namespace"]);
    }

    [Fact]
    public async Task A_change_without_effect_creates_no_resourceVersion()
    {
        using var cluster = new TestCluster();
        JsonObject node = await cluster.CreateAsync("/api/v1/nodes", """{"metadata":{"name":"a","labels":{"x":"y"}}}""");
        JsonObject same = await cluster.MergeAsync("/api/v1/nodes/a", """{"metadata":{"labels":{"x":"y"}}}""");
        Assert.Equal((string?)node["metadata"]!["resourceVersion"], (string?)same["metadata"]!["resourceVersion"]);
    }

    [Fact]
    public async Task Status_and_spec_are_updated_separately()
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("a"));
        const string Both = """{"spec":{"unschedulable":true},"status":{"phase":"Running"}}""";
        JsonObject byMain = await cluster.MergeAsync("/api/v1/nodes/a", Both);
        Assert.True((bool?)byMain["spec"]!["unschedulable"]);
        Assert.Null(byMain["status"]!["phase"]);
        JsonObject byStatus = await cluster.MergeAsync(
            "/api/v1/nodes/a/status",
            """{"spec":{"unschedulable":false},"status":{"phase":"Running"}}"""
        );
        Assert.True((bool?)byStatus["spec"]!["unschedulable"]);
        Assert.Equal("Running", (string?)byStatus["status"]!["phase"]);
    }

    [Fact]
    public async Task Only_spec_changes_increase_the_generation()
    {
        using var cluster = new TestCluster();
        Assert.Equal(1, (int?)(await cluster.CreateAsync(Deployments, Deployment))["metadata"]!["generation"]);
        Assert.Equal(
            1,
            (int?)(await cluster.MergeAsync(Deployments + "/d", """{"metadata":{"labels":{"x":"y"}}}"""))["metadata"]!["generation"]
        );
        Assert.Equal(2, (int?)(await cluster.MergeAsync(Deployments + "/d", """{"spec":{"paused":true}}"""))["metadata"]!["generation"]);
        Assert.Equal(
            2,
            (int?)(await cluster.MergeAsync(Deployments + "/d/status", """{"status":{"replicas":3}}"""))["metadata"]!["generation"]
        );
    }

    [Fact]
    public async Task A_workload_is_scaled_through_its_subresource()
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync(Deployments, Deployment);
        JsonObject scale = await cluster.GetAsync(Deployments + "/d/scale");
        Assert.Equal(("Scale", "app=d"), ((string?)scale["kind"], (string?)scale["status"]!["selector"]));
        scale = await cluster.MergeAsync(Deployments + "/d/scale", """{"spec":{"replicas":5}}""");
        Assert.Equal(5, (int?)scale["spec"]!["replicas"]);
        Assert.Equal(5, (int?)(await cluster.GetAsync(Deployments + "/d"))["spec"]!["replicas"]);
    }

    [Fact]
    public async Task Replacing_a_PDB_requires_its_resourceVersion()
    {
        using var cluster = new TestCluster();
        const string Path = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
        await cluster.CreateAsync(Path, Bodies.Budget("b", "a"));
        (HttpStatusCode code, JsonObject body) = await cluster.SendAsync("PUT", Path + "/b", Bodies.Budget("b", "c"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
        Assert.Equal(
            "poddisruptionbudgets.policy \"b\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update",
            (string?)body["message"]
        );
    }

    [Fact]
    public async Task The_spec_of_a_pod_is_immutable()
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync(Pods, Bodies.Pod("p"));
        (HttpStatusCode code, JsonObject body) = await cluster.SendAsync(
            "PATCH",
            Pods + "/p",
            """{"spec":{"nodeName":"n"}}""",
            "application/merge-patch+json"
        );
        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
        Assert.StartsWith(
            "Pod \"p\" is invalid: spec: Forbidden: pod updates may not change fields other than",
            (string?)body["message"],
            StringComparison.Ordinal
        );
        await cluster.OkAsync(
            "PATCH",
            Pods + "/p",
            """{"spec":{"containers":[{"name":"c","image":"new"}]}}""",
            "application/strategic-merge-patch+json"
        );
    }

    [Fact]
    public async Task A_pod_is_bound_once()
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync(Pods, Bodies.Pod("p"));
        const string Binding = """{"metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}}""";
        await cluster.CreateAsync(Pods + "/p/binding", Binding);
        JsonObject pod = await cluster.GetAsync(Pods + "/p");
        Assert.Equal("n", (string?)pod["spec"]!["nodeName"]);
        Assert.Equal("PodScheduled", (string?)pod["status"]!["conditions"]![0]!["type"]);
        (HttpStatusCode code, JsonObject body) = await cluster.SendAsync("POST", Pods + "/p/binding", Binding);
        Assert.Equal(HttpStatusCode.Conflict, code);
        Assert.Contains("pod p is already assigned to node \"n\"", (string?)body["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_returns_the_object_and_stores_nothing()
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync("/api/v1/nodes?dryRun=All", Bodies.Node("a"));
        Assert.Equal("", await cluster.NamesAsync("/api/v1/nodes"));
        JsonObject node = await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("a"));
        JsonObject dry = await cluster.MergeAsync("/api/v1/nodes/a?dryRun=All", """{"spec":{"unschedulable":true}}""");
        Assert.True((bool?)dry["spec"]!["unschedulable"]);
        await cluster.OkAsync("DELETE", "/api/v1/nodes/a?dryRun=All");
        Assert.Equal(
            (string?)node["metadata"]!["resourceVersion"],
            (string?)(await cluster.GetAsync("/api/v1/nodes/a"))["metadata"]!["resourceVersion"]
        );
    }

    [Fact]
    public async Task An_access_review_allows_everything_without_RBAC()
    {
        using var cluster = new TestCluster();
        JsonObject review = await cluster.CreateAsync(
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            """{"spec":{"resourceAttributes":{"verb":"create","resource":"pods","subresource":"eviction"}}}"""
        );
        Assert.True((bool?)review["status"]!["allowed"]);
    }
}
