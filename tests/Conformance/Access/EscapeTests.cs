using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Ownership;

namespace NodeManager.Conformance.Access;

/// <summary>Ways around a role: each is tried by a user who has a little and wants more.</summary>
public sealed class EscapeTests
{
    private const string Apply = "application/apply-patch+yaml";

    [SkippableTheory]
    [AllBackends("fieldSelector=metadata.name%3Dopen", HttpStatusCode.OK)]
    [AllBackends("fieldSelector=metadata.name%3Dopen&watch=1&timeoutSeconds=1", HttpStatusCode.OK)]
    [AllBackends("", HttpStatusCode.Forbidden)]
    [AllBackends("fieldSelector=metadata.name!%3Dopen", HttpStatusCode.Forbidden)]
    [AllBackends("fieldSelector=metadata.namespace!%3Dx%5C%2Cmetadata.name%3Dopen", HttpStatusCode.Forbidden)]
    [AllBackends("fieldSelector=metadata.namespace!%3Dx%5C%2Cmetadata.name%3Dopen&watch=1&timeoutSeconds=1", HttpStatusCode.Forbidden)]
    [AllBackends("fieldSelector=metadata.name%3Dother&fieldSelector=metadata.name%3Dopen", HttpStatusCode.Forbidden)]
    public async Task A_list_of_one_name_is_allowed_only_for_a_selector_that_requires_the_name(
        string backend,
        string query,
        HttpStatusCode code
    )
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        string user = await UserAsync(
            cluster,
            """[{"apiGroups":[""],"resources":["configmaps"],"resourceNames":["open"],"verbs":["list","watch"]}]"""
        );
        await cluster.EnsureAsync(Maps(cluster), Named("open"));
        await cluster.EnsureAsync(Maps(cluster), Named("secret"));

        WireAnswer answer = await cluster.SendAsAsync(user, [], "GET", $"{Maps(cluster)}?{query}");

        Assert.Equal(code, answer.Code);
        Assert.DoesNotContain("\"secret\"", answer.Text, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Patching_a_missing_object_requires_permission_to_create_it(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        string user = await UserAsync(
            cluster,
            """[{"apiGroups":["","coordination.k8s.io"],"resources":["configmaps","leases"],"verbs":["update","patch","get"]}]"""
        );
        string leases = $"/apis/coordination.k8s.io/v1/namespaces/{cluster.Namespace}/leases";

        WireAnswer applied = await cluster.SendAsAsync(
            user,
            [],
            "PATCH",
            Maps(cluster) + "/new?fieldManager=a",
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"new"}}""",
            Apply
        );
        WireAnswer put = await cluster.SendAsAsync(
            user,
            [],
            "PUT",
            leases + "/new",
            """{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"new"}}"""
        );

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (applied.Code, put.Code));
        if (cluster.Minor > 20)
            Assert.Contains(
                $"User \"{user}\" cannot create resource \"configmaps\" in API group \"\" in the namespace \"{cluster.Namespace}\"",
                (string)applied.Json["message"]!,
                StringComparison.Ordinal
            );
        if (cluster.Minor > 20)
            Assert.Contains(
                $"User \"{user}\" cannot create resource \"leases\" in API group \"coordination.k8s.io\"",
                (string)put.Json["message"]!,
                StringComparison.Ordinal
            );

        await cluster.EnsureAsync(Maps(cluster), Named("new"));
        (
            await cluster.SendAsAsync(
                user,
                [],
                "PATCH",
                Maps(cluster) + "/new?fieldManager=a",
                """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"new"}}""",
                Apply
            )
        ).Must(HttpStatusCode.OK);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Applying_part_of_a_role_or_binding_cannot_escalate_permissions(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        string user = await UserAsync(
            cluster,
            """[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles","rolebindings"],"verbs":["create","update","patch","get"]}]"""
        );
        await Access.RoleAsync(cluster, "strong", """[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]""");
        await Access.BindAsync(cluster, "strong", "Role", "strong", "User", "somebody");
        string Binding(string rest) =>
            $$"""{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"strong"}{{rest}}}""";
        string Role(string rest) => $$"""{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"strong"{{rest}}}""";
        Task<WireAnswer> ApplyAsync(string plural, string body) =>
            cluster.SendAsAsync(user, [], "PATCH", $"{Access.Path(cluster, plural)}/strong?fieldManager=a&force=true", body, Apply);

        WireAnswer subjects = await ApplyAsync(
            "rolebindings",
            Binding($$""","subjects":[{"kind":"User","name":"{{user}}","apiGroup":"rbac.authorization.k8s.io"}]""")
        );
        WireAnswer rules = await ApplyAsync("roles", Role("""},"rules":[{"apiGroups":["*"],"resources":["secrets"],"verbs":["*"]}]"""));
        WireAnswer label = await ApplyAsync("roles", Role(""","labels":{"rbac.authorization.k8s.io/aggregate-to-edit":"true"}}"""));
        WireAnswer own = await cluster.SendAsAsync(
            user,
            [],
            "PATCH",
            $"{Access.Path(cluster, "roles")}/little?fieldManager=a",
            Role(""","labels":{"a":"b"}}""").Replace("strong", "little", StringComparison.Ordinal),
            Apply
        );

        Assert.Equal(
            (HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden),
            (subjects.Code, rules.Code, label.Code)
        );
        Assert.Contains(
            "is attempting to grant RBAC permissions not currently held",
            (string)subjects.Json["message"]!,
            StringComparison.Ordinal
        );
        Assert.Equal("b", (string?)own.Must(HttpStatusCode.OK)["metadata"]!["labels"]!["a"]);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_Role_does_not_grant_other_namespaces_or_subresources(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        string user = await UserAsync(
            cluster,
            """[{"apiGroups":["","apps"],"resources":["configmaps","pods","deployments"],"verbs":["*"]}]"""
        );
        await cluster.EnsureAsync(Maps(cluster), Named("one"));
        await cluster.EnsureAsync(Maps(cluster), Named("two"));
        string token = (string)
            (await cluster.SendAsAsync(user, [], "GET", Maps(cluster) + "?limit=1")).Must(HttpStatusCode.OK)["metadata"]!["continue"]!;

        foreach (
            (string method, string path) in ((string, string)[])
                [
                    ("GET", "/api/v1/configmaps"),
                    ("GET", "/api/v1/configmaps?watch=1"),
                    ("GET", "/api/v1/namespaces/default/configmaps"),
                    ("GET", $"/api/v1/configmaps?limit=1&continue={token}"),
                    ("GET", $"/api/v1/namespaces/default/configmaps?continue={token}"),
                    ("GET", "/api/v1/watch/configmaps"),
                    ("GET", $"/api/v1/configmaps?fieldSelector=metadata.namespace%3D{cluster.Namespace}"),
                    ("DELETE", "/api/v1/namespaces/default/configmaps"),
                    ("GET", $"/api/v1/namespaces/{cluster.Namespace}/pods/a/log"),
                    ("PUT", $"/api/v1/namespaces/{cluster.Namespace}/pods/a/status"),
                    ("POST", $"/api/v1/namespaces/{cluster.Namespace}/pods/a/eviction"),
                    ("POST", $"/api/v1/namespaces/{cluster.Namespace}/pods/a/binding"),
                    ("GET", $"/apis/apps/v1/namespaces/{cluster.Namespace}/deployments/a/scale"),
                    ("POST", $"/api/v1/namespaces/{cluster.Namespace}/serviceaccounts/default/token"),
                    ("GET", $"/api/v1/namespaces/{cluster.Namespace}"),
                ]
        )
        {
            WireAnswer refused = await cluster.SendAsAsync(user, [], method, path, method is "GET" or "DELETE" ? null : "{}");
            Assert.Equal((path, HttpStatusCode.Forbidden), (path, refused.Code));
        }
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_token_is_bound_only_to_a_pod_of_its_ServiceAccount(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        await cluster.EnsureAsync($"/api/v1/namespaces/{cluster.Namespace}/serviceaccounts", Named("robot"));
        JsonObject pod = Manifests.Pod("one", null);
        pod["spec"]!["schedulerName"] = "nobody";
        await cluster.EnsureAsync($"/api/v1/namespaces/{cluster.Namespace}/pods", pod);

        WireAnswer refused = await cluster.SendAsync(
            "POST",
            $"/api/v1/namespaces/{cluster.Namespace}/serviceaccounts/robot/token",
            """{"spec":{"audiences":["https://kubernetes.default.svc"],"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"one"}}}"""
        );

        Assert.Equal(HttpStatusCode.BadRequest, refused.Code);
        Assert.Equal(
            "cannot bind token for serviceaccount \"robot\" to pod running with different serviceaccount name.",
            (string?)refused.Json["message"]
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_CustomResourceDefinition_cannot_replace_a_built_in_kind(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
            Name = "roles.rbac.authorization.k8s.io";
        await cluster.SendAsync(
            "POST",
            Definitions,
            """
            {"metadata":{"name":"roles.rbac.authorization.k8s.io","annotations":{"api-approved.kubernetes.io":"https://github.com/kubernetes/kubernetes/pull/1"}},
             "spec":{"group":"rbac.authorization.k8s.io","scope":"Namespaced","names":{"plural":"roles","singular":"role","kind":"Role","listKind":"RoleList"},
              "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}
            """
        );
        try
        {
            WireAnswer made = await cluster.SendAsync(
                "POST",
                Access.Path(cluster, "roles"),
                Access.Role("one", """[{"apiGroups":[""],"resources":["pods"],"verbs":[]}]""").ToJsonString()
            );
            Assert.Equal((HttpStatusCode.UnprocessableEntity, "Invalid"), (made.Code, made.Reason));
        }
        finally
        {
            await cluster.SendAsync("DELETE", $"{Definitions}/{Name}");
        }
    }

    // A user with these rules in the test's namespace, once they are in force.
    private static async Task<string> UserAsync(TestCluster cluster, string rules)
    {
        string user = "mallory-" + cluster.Id;
        await Access.RoleAsync(cluster, "little", rules);
        await Access.BindAsync(cluster, "little", "Role", "little", "User", user);
        JsonNode rule = JsonNode.Parse(rules)![0]!;
        var attributes = new JsonObject
        {
            ["namespace"] = cluster.Namespace,
            ["group"] = rule["apiGroups"]![0]!.DeepClone(),
            ["resource"] = rule["resources"]![0]!.DeepClone(),
            ["verb"] = (string)rule["verbs"]![0]! == "*" ? "get" : rule["verbs"]![0]!.DeepClone(),
            ["name"] = rule["resourceNames"]?[0]!.DeepClone(),
        };
        string question = new JsonObject { ["spec"] = new JsonObject { ["resourceAttributes"] = attributes } }.ToJsonString();
        await Eventually.HoldsAsync(
            "the role",
            async () =>
                (bool)
                    (await cluster.SendAsAsync(user, [], "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", question)).Json[
                        "status"
                    ]!["allowed"]!
        );
        return user;
    }

    private static string Maps(TestCluster cluster) => $"/api/v1/namespaces/{cluster.Namespace}/configmaps";

    private static JsonObject Named(string name) => new() { ["metadata"] = new JsonObject { ["name"] = name } };
}
