using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Access;

/// <summary>Roles and bindings of a test's own namespace.</summary>
internal static class Access
{
    public const string Group = "rbac.authorization.k8s.io";

    public static string Path(TestCluster cluster, string plural) => $"/apis/{Group}/v1/namespaces/{cluster.Namespace}/{plural}";

    public static JsonObject Role(string name, string rules) =>
        new()
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["rules"] = JsonNode.Parse(rules),
        };

    public static JsonObject Binding(string name, string roleKind, string role, string subjectKind, string subject) =>
        new()
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["roleRef"] = new JsonObject
            {
                ["apiGroup"] = Group,
                ["kind"] = roleKind,
                ["name"] = role,
            },
            ["subjects"] = new JsonArray(new JsonObject { ["kind"] = subjectKind, ["name"] = subject }),
        };

    public static Task RoleAsync(TestCluster cluster, string name, string rules) =>
        cluster.EnsureAsync(Path(cluster, "roles"), Role(name, rules));

    public static Task BindAsync(TestCluster cluster, string name, string roleKind, string role, string subjectKind, string subject) =>
        cluster.EnsureAsync(Path(cluster, "rolebindings"), Binding(name, roleKind, role, subjectKind, subject));
}
