using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Access;

/// <summary>Who may do what, asked and refused: the reviews of authorization.k8s.io and the words of a 403.</summary>
public sealed class AccessReviewTests
{
    private const string Self = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

    [SkippableTheory]
    [AllBackends(
        "GET",
        "/api/v1/pods",
        "pods is forbidden: User \"U\" cannot list resource \"pods\" in API group \"\" at the cluster scope"
    )]
    [AllBackends(
        "GET",
        "/api/v1/namespaces/default",
        "namespaces \"default\" is forbidden: User \"U\" cannot get resource \"namespaces\" in API group \"\" in the namespace \"default\""
    )]
    [AllBackends(
        "GET",
        "/api/v1/namespaces/default/pods?watch=1",
        "pods is forbidden: User \"U\" cannot watch resource \"pods\" in API group \"\" in the namespace \"default\""
    )]
    [AllBackends(
        "GET",
        "/api/v1/namespaces/default/pods?fieldSelector=metadata.name%3Da",
        "pods \"a\" is forbidden: User \"U\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\""
    )]
    [AllBackends(
        "POST",
        "/api/v1/namespaces/default/pods/a/eviction",
        "pods \"a\" is forbidden: User \"U\" cannot create resource \"pods/eviction\" in API group \"\" in the namespace \"default\""
    )]
    [AllBackends(
        "PUT",
        "/apis/apps/v1/namespaces/default/deployments/a/scale",
        "deployments.apps \"a\" is forbidden: User \"U\" cannot update resource \"deployments/scale\" in API group \"apps\" in the namespace \"default\""
    )]
    [AllBackends(
        "PATCH",
        "/api/v1/nodes/a/status",
        "nodes \"a\" is forbidden: User \"U\" cannot patch resource \"nodes/status\" in API group \"\" at the cluster scope"
    )]
    [AllBackends(
        "DELETE",
        "/api/v1/nodes/a",
        "nodes \"a\" is forbidden: User \"U\" cannot delete resource \"nodes\" in API group \"\" at the cluster scope"
    )]
    [AllBackends(
        "DELETE",
        "/apis/apps/v1/namespaces/default/deployments",
        "deployments.apps is forbidden: User \"U\" cannot deletecollection resource \"deployments\" in API group \"apps\" in the namespace \"default\""
    )]
    [AllBackends(
        "GET",
        "/apis/nothing.example/v1/things",
        "things.nothing.example is forbidden: User \"U\" cannot list resource \"things\" in API group \"nothing.example\" at the cluster scope"
    )]
    [AllBackends("GET", "/metrics", "forbidden: User \"U\" cannot get path \"/metrics\"")]
    public async Task A_refusal_names_user_verb_resource_and_scope(string backend, string method, string path, string expected)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        string user = "nobody-" + cluster.Id;

        WireAnswer answer = await cluster.SendAsAsync(user, [], method, path, method is "GET" or "DELETE" ? null : "{}");

        JsonNode status = answer.Json;
        Assert.Equal(HttpStatusCode.Forbidden, answer.Code);
        Assert.Equal(expected.Replace("\"U\"", $"\"{user}\"", StringComparison.Ordinal), (string?)status["message"]);
        Assert.Equal("Forbidden", (string?)status["reason"]);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Every_user_can_read_discovery_and_ask_for_access_reviews(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);

        foreach (string served in (string[])["/version", "/api", "/apis", "/apis/apps/v1", "/healthz"])
            Assert.Equal(HttpStatusCode.OK, (await cluster.SendAsAsync("nobody", [], "GET", served)).Code);
        JsonNode pods = await ReviewAsync(cluster, "nobody", """{"resourceAttributes":{"verb":"get","resource":"pods"}}""");
        JsonNode path = await ReviewAsync(cluster, "nobody", """{"nonResourceAttributes":{"verb":"get","path":"/api"}}""");

        Assert.False((bool)pods["status"]!["allowed"]!);
        Assert.Null(pods["status"]!["reason"]);
        Assert.True((bool)path["status"]!["allowed"]!);
        Assert.Equal(
            "RBAC: allowed by ClusterRoleBinding \"system:discovery\" of ClusterRole \"system:discovery\" to Group \"system:authenticated\"",
            (string?)path["status"]!["reason"]
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_RoleBinding_grants_only_in_its_namespace_with_the_reason(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        string user = "jane-" + cluster.Id;
        await Access.RoleAsync(
            cluster,
            "reader",
            """[{"apiGroups":[""],"resources":["pods","pods/*"],"resourceNames":["a"],"verbs":["get"]}]"""
        );
        await Access.BindAsync(cluster, "reader", "Role", "reader", "User", user);

        JsonNode allowed = await Eventually.GetAsync(
            "the right",
            () => ReviewAsync(cluster, user, Question(cluster.Namespace, "a", "")),
            review => (bool)review["status"]!["allowed"]!
        );
        Assert.Equal(
            $"RBAC: allowed by RoleBinding \"reader/{cluster.Namespace}\" of Role \"reader\" to User \"{user}\"",
            (string?)allowed["status"]!["reason"]
        );
        Assert.False(await IsAllowedAsync(cluster, user, Question(cluster.Namespace, "b", "")));
        Assert.False(await IsAllowedAsync(cluster, user, Question("default", "a", "")));
        Assert.False(await IsAllowedAsync(cluster, user, Question("", "a", "")));
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await cluster.SendAsAsync(user, [], "GET", $"/api/v1/namespaces/{cluster.Namespace}/pods/a")).Code
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_binding_to_a_missing_role_is_named_in_the_refusal(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        string user = "jane-" + cluster.Id;
        await Access.BindAsync(cluster, "lost", "Role", "lost", "User", user);

        JsonNode review = await Eventually.GetAsync(
            "the reason",
            () => ReviewAsync(cluster, user, Question(cluster.Namespace, "a", "")),
            review => review["status"]!["reason"] is not null
        );

        Assert.False((bool)review["status"]!["allowed"]!);
        Assert.Equal("RBAC: role.rbac.authorization.k8s.io \"lost\" not found", (string?)review["status"]!["reason"]);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_SubjectAccessReview_asks_for_a_user_and_groups(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        const string Path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
        string local = $"/apis/authorization.k8s.io/v1/namespaces/{cluster.Namespace}/localsubjectaccessreviews";

        WireAnswer master = await cluster.SendAsync(
            "POST",
            Path,
            """{"spec":{"user":"bob","groups":["system:masters"],"resourceAttributes":{"verb":"get","resource":"pods"}}}"""
        );
        WireAnswer nobody = await cluster.SendAsync("POST", Path, """{"spec":{"resourceAttributes":{"verb":"get","resource":"pods"}}}""");
        WireAnswer both = await cluster.SendAsync(
            "POST",
            Path,
            """{"spec":{"user":"bob","resourceAttributes":{"verb":"get"},"nonResourceAttributes":{"path":"/"}}}"""
        );
        WireAnswer elsewhere = await cluster.SendAsync(
            "POST",
            local,
            """{"metadata":{"namespace":"NS"},"spec":{"user":"bob","resourceAttributes":{"namespace":"default","verb":"get","resource":"pods"}}}""".Replace(
                "NS",
                cluster.Namespace,
                StringComparison.Ordinal
            )
        );
        WireAnswer here = await cluster.SendAsync(
            "POST",
            local,
            """{"metadata":{"namespace":"NS"},"spec":{"user":"bob","resourceAttributes":{"namespace":"NS","verb":"get","resource":"pods"}}}""".Replace(
                "NS",
                cluster.Namespace,
                StringComparison.Ordinal
            )
        );

        Assert.True((bool)master.Json["status"]!["allowed"]!);
        Assert.Equal(
            ".authorization.k8s.io \"\" is invalid: spec.user: Invalid value: \"\": at least one of user or group must be specified",
            (string?)nobody.Json["message"]
        );
        Assert.Equal(HttpStatusCode.UnprocessableEntity, both.Code);
        Assert.True(elsewhere.Code is HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest, elsewhere.Text);
        Assert.Equal((HttpStatusCode.Created, false), (here.Code, (bool)here.Json["status"]!["allowed"]!));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_user_can_list_all_granted_permissions(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        string user = "jane-" + cluster.Id;
        await Access.RoleAsync(
            cluster,
            "reader",
            """[{"apiGroups":["apps"],"resources":["deployments"],"resourceNames":["a"],"verbs":["get","list"]}]"""
        );
        await Access.BindAsync(cluster, "reader", "Role", "reader", "Group", "g-" + cluster.Id);

        JsonNode review = await Eventually.GetAsync(
            "the rule",
            async () =>
                (
                    await cluster.SendAsAsync(
                        user,
                        ["g-" + cluster.Id],
                        "POST",
                        "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
                        $"{{\"spec\":{{\"namespace\":\"{cluster.Namespace}\"}}}}"
                    )
                ).Json,
            review => review["status"]!["resourceRules"]!.ToJsonString().Contains("deployments", StringComparison.Ordinal)
        );

        string[] resources = [.. review["status"]!["resourceRules"]!.AsArray().Select(rule => rule!.ToJsonString())];
        Assert.Contains("""{"verbs":["get","list"],"apiGroups":["apps"],"resources":["deployments"],"resourceNames":["a"]}""", resources);
        Assert.Contains(
            """{"verbs":["create"],"apiGroups":["authorization.k8s.io"],"resources":["selfsubjectaccessreviews","selfsubjectrulesreviews"]}""",
            resources
        );
        Assert.Contains("/version/", review["status"]!["nonResourceRules"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.False((bool)review["status"]!["incomplete"]!);
        Assert.Equal(
            "no namespace on request",
            (string?)
                (await cluster.SendAsync("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", """{"spec":{}}""")).Json[
                    "message"
                ]
        );
    }

    private static string Question(string ns, string name, string subresource) =>
        $$$"""{"resourceAttributes":{"verb":"get","resource":"pods","namespace":"{{{ns}}}","name":"{{{name}}}","subresource":"{{{subresource}}}"}}""";

    private static async Task<bool> IsAllowedAsync(TestCluster cluster, string user, string question) =>
        (bool)(await ReviewAsync(cluster, user, question))["status"]!["allowed"]!;

    private static async Task<JsonNode> ReviewAsync(TestCluster cluster, string user, string question)
    {
        WireAnswer answer = await cluster.SendAsAsync(user, [], "POST", Self, $"{{\"spec\":{question}}}");
        Assert.Equal(HttpStatusCode.Created, answer.Code);
        return answer.Json;
    }
}
