using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Roles;
using NodeManager.Core.Nodes.Commands;
using NodeManager.Testing;

namespace NodeManager.Conformance.NodeCommands;

/// <summary>Who may be root on a node: the role of deploy/node-shell.yaml, and no other.</summary>
public sealed class NodeCommandRoleTests
{
    private const string File = "node-shell.yaml";
    private const string Name = "nodemanager-node-shell";

    // With each of these, also as get, its holder reaches every container or kubelet.
    private static readonly string[] RootOnNodes =
    [
        "*",
        "pods/exec",
        "pods/attach",
        "pods/ephemeralcontainers",
        "nodes/proxy",
        "nodes/*",
        "pods/*",
    ];

    [SkippableTheory]
    [AllBackends]
    public async Task The_role_suffices_for_commands_with_that_of_viewers(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        NodeManagerSession session = await ConnectAsync(cluster, Rules());

        await NodeCommandAccess.CheckAsync(session, default);
        await NodeCommandAccess.CheckShellAsync(session, default);
    }

    [SkippableTheory]
    [AllBackends("pods", "create")]
    [AllBackends("pods", "get")]
    [AllBackends("pods", "delete")]
    [AllBackends("pods/log", "get")]
    [AllBackends("pods/exec", "get")]
    [AllBackends("pods/exec", "create")]
    public async Task Each_missing_right_is_named_before_anything_is_done(string backend, string resource, string verb)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        NodeManagerSession session = await ConnectAsync(cluster, Rules(resource, verb));

        foreach ((string needless, Func<Task> check) in Checks(session))
        {
            if (resource == needless)
            {
                await check();
                continue;
            }

            NodeManagerException refused = await Assert.ThrowsAsync<NodeManagerException>(check);
            Assert.Equal(ErrorIds.Forbidden, refused.ErrorId);
            Assert.Contains($"{verb} {resource} in", refused.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(cluster.RequestsOf("shell-" + cluster.Id), static one => one.Request.Verb == "create" && one.IsForbidden);
    }

    [Fact]
    public void No_other_role_of_deploy_is_root_on_nodes()
    {
        (string File, JsonObject Document)[] roles =
        [
            .. Files()
                .Where(static file => file != File)
                .SelectMany(static file => RoleManifest.Read(file).Select(document => (file, document)))
                .Where(static one => (string?)one.document["kind"] is "Role" or "ClusterRole"),
        ];

        Assert.True(roles.Length > 8, $"{roles.Length} roles were found.");
        foreach ((string file, JsonObject document) in roles)
        foreach (JsonObject rule in (document["rules"]?.AsArray() ?? []).OfType<JsonObject>())
        {
            string[] resources = Texts(rule, "resources"),
                verbs = Texts(rule, "verbs");
            string title = $"{file}: {document["metadata"]!["name"]}";
            Assert.True(!resources.Intersect(RootOnNodes).Any(), $"{title} has {string.Join(", ", resources.Intersect(RootOnNodes))}.");
            Assert.True(!resources.Contains("pods") || !verbs.Intersect(["create", "*"]).Any(), $"{title} creates pods.");
        }
    }

    [Fact]
    public void Nothing_binds_the_role_and_nothing_else_is_in_its_namespace()
    {
        IReadOnlyList<JsonObject> documents = RoleManifest.Read(File);

        Assert.Equal(["Namespace", "Role"], documents.Select(static one => (string)one["kind"]!));
        Assert.All(documents, static one => Assert.Equal(Name, (string?)one["metadata"]!["name"]));
        Assert.Equal("privileged", (string?)documents[0]["metadata"]!["labels"]!["pod-security.kubernetes.io/enforce"]);
        Assert.Equal(NodeCommandAccess.DefaultNamespace, (string?)documents[1]["metadata"]!["namespace"]);
        foreach (string file in Files().Where(static file => file != File))
            Assert.DoesNotContain(
                Name,
                System.IO.File.ReadAllText(Path.Combine(RepositoryFolder.Path, "deploy", file)),
                StringComparison.Ordinal
            );
    }

    // Of commands and of shells, each with the resource that only the other one needs.
    private static (string Needless, Func<Task> Check)[] Checks(NodeManagerSession session) =>
        [
            ("pods/exec", () => NodeCommandAccess.CheckAsync(session, default)),
            ("pods/log", () => NodeCommandAccess.CheckShellAsync(session, default)),
        ];

    private static IEnumerable<string> Files()
    {
        string folder = Path.Combine(RepositoryFolder.Path, "deploy");
        return Directory
            .EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'));
    }

    private static string[] Texts(JsonObject rule, string field) =>
        [.. (rule[field]?.AsArray() ?? []).Select(static text => (string)text!)];

    /// <summary>The rules of the role, without one right.</summary>
    private static JsonArray Rules(string? resource = null, string? verb = null)
    {
        JsonArray rules = RoleManifest.Read(File).Single(static one => (string?)one["kind"] == "Role")["rules"]!.DeepClone().AsArray();
        if (resource is null)
            return rules;
        JsonNode rule = rules.Single(one => (string?)one!["resources"]![0] == resource)!;
        JsonArray verbs = rule["verbs"]!.AsArray();
        Assert.True(verbs.Remove(verbs.Single(one => (string?)one == verb)!));
        if (verbs.Count == 0)
            rules.Remove(rule);
        return rules;
    }

    /// <summary>A user with these rights in the namespace of the test, and the right to get nodes.</summary>
    private static async Task<NodeManagerSession> ConnectAsync(TestCluster cluster, JsonArray rules)
    {
        string user = "shell-" + cluster.Id,
            api = "/apis/rbac.authorization.k8s.io/v1";
        await RoleManifest.ApplyAsync(cluster);
        await RoleManifest.BindAsync(cluster, "nodemanager-viewer", user);
        await cluster.EnsureAsync($"{api}/namespaces/{cluster.Namespace}/roles", Make("Role", new() { ["rules"] = rules.DeepClone() }));
        await cluster.EnsureAsync(
            $"{api}/namespaces/{cluster.Namespace}/rolebindings",
            Make(
                "RoleBinding",
                new()
                {
                    ["roleRef"] = new JsonObject
                    {
                        ["apiGroup"] = "rbac.authorization.k8s.io",
                        ["kind"] = "Role",
                        ["name"] = Name,
                    },
                    ["subjects"] = new JsonArray(
                        new JsonObject
                        {
                            ["apiGroup"] = "rbac.authorization.k8s.io",
                            ["kind"] = "User",
                            ["name"] = user,
                        }
                    ),
                }
            )
        );
        NodeManagerSession session = await cluster.ConnectAsAsync(user);
        session.Configure(before => new(before) { NodeCommandImage = CommandLab.Image, NodeCommandNamespace = cluster.Namespace });
        return session;

        JsonObject Make(string kind, JsonObject more)
        {
            more["apiVersion"] = "rbac.authorization.k8s.io/v1";
            more["kind"] = kind;
            more["metadata"] = new JsonObject { ["name"] = Name, ["namespace"] = cluster.Namespace };
            return more;
        }
    }
}
