using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Access;

/// <summary>Roles and bindings as objects: what they may hold, who may give what away, and roles made of others.</summary>
public sealed class RoleKindTests
{
    private const string Roles = "rbac.authorization.k8s.io/v1/clusterroles";

    [SkippableTheory]
    [AllBackends]
    public async Task Invalid_fields_of_a_role_are_refused(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);

        WireAnswer role = await cluster.SendAsync(
            "POST",
            Access.Path(cluster, "roles"),
            Access.Role("bad", """[{"apiGroups":[""],"resources":["pods"],"verbs":[]},{"verbs":["get"]}]""").ToJsonString()
        );
        WireAnswer path = await cluster.SendAsync(
            "POST",
            Access.Path(cluster, "roles"),
            Access.Role("bad", """[{"nonResourceURLs":["/x"],"verbs":["get"]}]""").ToJsonString()
        );
        WireAnswer binding = await cluster.SendAsync(
            "POST",
            Access.Path(cluster, "rolebindings"),
            """{"metadata":{"name":"bad"},"roleRef":{"apiGroup":"x","kind":"Pod","name":""},"subjects":[{"kind":"ServiceAccount","name":""},{"kind":"Foo","name":"x"},{"kind":"Group","name":"","apiGroup":"y"}]}"""
        );
        WireAnswer wide = await cluster.SendAsync(
            "POST",
            "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
            Access.Binding("bad", "Role", "x", "User", "jane").ToJsonString()
        );

        Assert.Equal(
            "Role.rbac.authorization.k8s.io \"bad\" is invalid: [rules[0].verbs: Required value: verbs must contain at least one value, "
                + "rules[1].apiGroups: Required value: resource rules must supply at least one api group, rules[1].resources: Required value: resource rules must supply at least one resource]",
            (string?)role.Json["message"]
        );
        Assert.EndsWith("namespaced rules cannot apply to non-resource URLs", (string?)path.Json["message"], StringComparison.Ordinal);
        Assert.Equal(
            [
                "roleRef.apiGroup",
                "roleRef.kind",
                "roleRef.name",
                "subjects[0].name",
                "subjects[1].kind",
                "subjects[2].apiGroup",
                "subjects[2].name",
            ],
            binding.Json["details"]!["causes"]!.AsArray().Select(cause => (string?)cause!["field"]).Order(StringComparer.Ordinal)
        );
        Assert.EndsWith(
            "roleRef.kind: Unsupported value: \"Role\": supported values: \"ClusterRole\"",
            (string?)wide.Json["message"],
            StringComparison.Ordinal
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_role_of_a_binding_is_immutable(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        await Access.BindAsync(cluster, "b", "Role", "r1", "User", "jane");
        string path = Access.Path(cluster, "rolebindings/b");

        WireAnswer other = await cluster.SendAsync("PATCH", path, """{"roleRef":{"name":"r2"}}""", "application/merge-patch+json");
        WireAnswer subjects = await cluster.SendAsync(
            "PATCH",
            path,
            """{"subjects":[{"kind":"Group","name":"g"}]}""",
            "application/merge-patch+json"
        );

        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.Code);
        Assert.EndsWith(": cannot change roleRef", (string?)other.Json["message"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, subjects.Code);
        Assert.Equal("rbac.authorization.k8s.io", (string?)subjects.Json["subjects"]![0]!["apiGroup"]);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_user_cannot_grant_permissions_that_the_user_lacks(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        string user = "mike-" + cluster.Id;
        await Access.RoleAsync(
            cluster,
            "maker",
            """[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles","rolebindings"],"verbs":["create","patch"]}]"""
        );
        await Access.BindAsync(cluster, "maker", "Role", "maker", "User", user);
        await Access.RoleAsync(cluster, "reader", """[{"apiGroups":[""],"resources":["pods"],"verbs":["get","list"]}]""");
        string role = Access
            .Role(
                "more",
                """[{"apiGroups":[""],"resources":["pods","secrets"],"verbs":["get","list"]},{"apiGroups":["apps"],"resources":["deployments"],"resourceNames":["a"],"verbs":["get"]}]"""
            )
            .ToJsonString();
        string binding = Access.Binding("more", "Role", "reader", "User", user).ToJsonString();

        WireAnswer refusedRole = await Eventually.GetAsync(
            "the right to make roles",
            () => cluster.SendAsAsync(user, [], "POST", Access.Path(cluster, "roles"), role),
            answer => answer.Text.Contains("attempting", StringComparison.Ordinal)
        );
        WireAnswer refusedBinding = await cluster.SendAsAsync(user, ["g1"], "POST", Access.Path(cluster, "rolebindings"), binding);
        WireAnswer own = await cluster.SendAsAsync(
            user,
            [],
            "POST",
            Access.Path(cluster, "roles"),
            Access.Role("own", """[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles"],"verbs":["create"]}]""").ToJsonString()
        );
        await Access.RoleAsync(
            cluster,
            "binder",
            """[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles"],"resourceNames":["reader"],"verbs":["bind"]}]"""
        );
        await Access.BindAsync(cluster, "binder", "Role", "binder", "User", user);
        WireAnswer bound = await Eventually.GetAsync(
            "the right to bind",
            () => cluster.SendAsAsync(user, [], "POST", Access.Path(cluster, "rolebindings"), binding),
            answer => answer.Code != HttpStatusCode.Forbidden
        );

        Assert.Equal(
            $"roles.rbac.authorization.k8s.io \"more\" is forbidden: user \"{user}\" (groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n"
                + "{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"get\" \"list\"]}\n{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"get\" \"list\"]}\n"
                + "{APIGroups:[\"apps\"], Resources:[\"deployments\"], ResourceNames:[\"a\"], Verbs:[\"get\"]}",
            (string?)refusedRole.Json["message"]
        );
        Assert.Equal(
            $"rolebindings.rbac.authorization.k8s.io \"more\" is forbidden: user \"{user}\" (groups=[\"g1\" \"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n"
                + "{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"get\" \"list\"]}",
            (string?)refusedBinding.Json["message"]
        );
        Assert.Equal(HttpStatusCode.Created, own.Code);
        Assert.Equal(HttpStatusCode.Created, bound.Code);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_aggregated_ClusterRole_follows_its_sources(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true, rbac: true);
        string whole = "whole-" + cluster.Id,
            part = "part-" + cluster.Id;
        await cluster.EnsureAsync(
            "/apis/" + Roles,
            new()
            {
                ["metadata"] = new JsonObject { ["name"] = whole },
                ["aggregationRule"] = new JsonObject
                {
                    ["clusterRoleSelectors"] = new JsonArray(new JsonObject { ["matchLabels"] = new JsonObject { ["part"] = cluster.Id } }),
                },
            }
        );
        JsonObject manifest = Access.Role(part, """[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]""").Label("part", cluster.Id);
        await cluster.EnsureAsync("/apis/" + Roles, manifest);

        await Eventually.HoldsAsync(
            "the rules of its part",
            async () => JsonNode.DeepEquals(await RulesAsync(cluster, whole), manifest["rules"])
        );
        await cluster.SendAsync("DELETE", $"/apis/{Roles}/{part}");
        await Eventually.HoldsAsync("no rules", async () => await RulesAsync(cluster, whole) is null or JsonArray { Count: 0 });
        await cluster.SendAsync("DELETE", $"/apis/{Roles}/{whole}");
    }

    [SkippableTheory]
    [AllBackends("view", "get", "pods", true)]
    [AllBackends("view", "get", "secrets", false)]
    [AllBackends("view", "delete", "pods", false)]
    [AllBackends("view", "list", "roles.rbac.authorization.k8s.io", false)]
    [AllBackends("edit", "delete", "pods", true)]
    [AllBackends("edit", "get", "secrets", true)]
    [AllBackends("edit", "create", "rolebindings.rbac.authorization.k8s.io", false)]
    [AllBackends("admin", "create", "rolebindings.rbac.authorization.k8s.io", true)]
    [AllBackends("admin", "patch", "nodes", false)]
    [AllBackends("cluster-admin", "anything", "whatever.example.com", true)]
    public async Task The_default_ClusterRoles_allow_what_is_documented(
        string backend,
        string role,
        string verb,
        string resource,
        bool isAllowed
    )
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true, rbac: true);
        string user = "jane-" + cluster.Id;
        await Access.BindAsync(cluster, role, "ClusterRole", role, "User", user);
        string[] parts = resource.Split('.', 2);

        await Eventually.HoldsAsync("the binding is known", () => AllowsAsync("get", "pods", ""));

        Assert.Equal(isAllowed, await AllowsAsync(verb, parts[0], parts.ElementAtOrDefault(1)));

        async Task<bool> AllowsAsync(string what, string plural, string? group)
        {
            var attributes = new JsonObject
            {
                ["namespace"] = cluster.Namespace,
                ["verb"] = what,
                ["resource"] = plural,
                ["group"] = group,
            };
            var review = new JsonObject
            {
                ["spec"] = new JsonObject { ["user"] = user, ["resourceAttributes"] = attributes },
            };
            WireAnswer answer = await cluster.SendAsync(
                "POST",
                "/apis/authorization.k8s.io/v1/subjectaccessreviews",
                review.ToJsonString()
            );
            return (bool)answer.Json["status"]!["allowed"]!;
        }
    }

    private static async Task<JsonNode?> RulesAsync(TestCluster cluster, string role) =>
        (await cluster.SendAsync("GET", $"/apis/{Roles}/{role}")).Json["rules"];
}
