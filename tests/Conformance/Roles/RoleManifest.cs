using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Yaml;
using NodeManager.Testing;

namespace NodeManager.Conformance.Roles;

/// <summary>Reads deploy/rbac.yaml and applies it, as <c>kubectl apply</c> would.</summary>
internal static class RoleManifest
{
    public static IReadOnlyList<JsonObject> Documents { get; } = Read("rbac.yaml");

    public static Task ApplyAsync(TestCluster cluster) => cluster.PrepareAsync("roles", () => EnsureAsync(cluster, Documents));

    /// <summary>Applies another file of <c>deploy</c>.</summary>
    public static Task ApplyAsync(TestCluster cluster, string file) => EnsureAsync(cluster, Read(file));

    private static async Task EnsureAsync(TestCluster cluster, IEnumerable<JsonObject> documents)
    {
        foreach (JsonObject document in documents)
            await cluster.EnsureAsync(PathOf(document), document);
    }

    /// <summary>Binds a role of the manifest to a user in the whole cluster.</summary>
    public static Task BindAsync(TestCluster cluster, string role, string user)
    {
        Assert.Contains(Documents, d => d["kind"]!.GetValue<string>() == "ClusterRole" && NameOf(d) == role);
        var binding = new JsonObject
        {
            ["apiVersion"] = "rbac.authorization.k8s.io/v1",
            ["kind"] = "ClusterRoleBinding",
            ["metadata"] = new JsonObject { ["name"] = $"{user}-{role}" },
            ["roleRef"] = new JsonObject
            {
                ["apiGroup"] = "rbac.authorization.k8s.io",
                ["kind"] = "ClusterRole",
                ["name"] = role,
            },
            ["subjects"] = new JsonArray(
                new JsonObject
                {
                    ["apiGroup"] = "rbac.authorization.k8s.io",
                    ["kind"] = "User",
                    ["name"] = user,
                }
            ),
        };
        return cluster.EnsureAsync(PathOf(binding), binding);
    }

    /// <summary>Binds a role of a namespace, of the manifest, to a user.</summary>
    public static Task BindInAsync(TestCluster cluster, string ns, string role, string user)
    {
        Assert.Contains(
            Documents,
            d => d["kind"]!.GetValue<string>() == "Role" && NameOf(d) == role && d["metadata"]!["namespace"]?.GetValue<string>() == ns
        );
        var binding = new JsonObject
        {
            ["apiVersion"] = "rbac.authorization.k8s.io/v1",
            ["kind"] = "RoleBinding",
            ["metadata"] = new JsonObject { ["name"] = $"{user}-{role}", ["namespace"] = ns },
            ["roleRef"] = new JsonObject
            {
                ["apiGroup"] = "rbac.authorization.k8s.io",
                ["kind"] = "Role",
                ["name"] = role,
            },
            ["subjects"] = new JsonArray(
                new JsonObject
                {
                    ["apiGroup"] = "rbac.authorization.k8s.io",
                    ["kind"] = "User",
                    ["name"] = user,
                }
            ),
        };
        return cluster.EnsureAsync(PathOf(binding), binding);
    }

    private static string PathOf(JsonObject document)
    {
        string plural = document["kind"]!.GetValue<string>().ToLowerInvariant() + "s";
        string? ns = document["metadata"]!["namespace"]?.GetValue<string>();
        string root =
            document["apiVersion"]!.GetValue<string>() is var version && version.Contains('/', StringComparison.Ordinal) ? "apis" : "api";
        return $"/{root}/{version}/{(ns is null ? "" : $"namespaces/{ns}/")}{plural}";
    }

    /// <summary>The rules of a role.</summary>
    public static IEnumerable<JsonObject> RulesOf(string role) =>
        Documents
            .Where(one => one["kind"]!.GetValue<string>() is "Role" or "ClusterRole" && NameOf(one) == role)
            .SelectMany(static one => one["rules"]!.AsArray())
            .Select(static rule => rule!.AsObject());

    private static string NameOf(JsonObject document) => document["metadata"]!["name"]!.GetValue<string>();

    /// <summary>The documents of a file of <c>deploy</c>.</summary>
    public static IReadOnlyList<JsonObject> Read(string file)
    {
        string text = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "deploy", file));
        return [.. text.Split("\n---\n").Select(static document => YamlJsonReader.Read(document).Root).OfType<JsonObject>()];
    }
}
