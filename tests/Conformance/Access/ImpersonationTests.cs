using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Access;

/// <summary>Whom the server decides for, asked over the network with a kubeconfig: the server's own word, not what was sent.</summary>
public sealed partial class ImpersonationTests
{
    private static readonly string[] Wanted = ["dev", "x, y", "öps"];

    [SkippableTheory]
    [AllBackends]
    public async Task Each_impersonated_group_counts(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        await GrantAsync(cluster, "x, y");
        using KubernetesClient client = KubernetesClient.Create(
            Kubeconfig.Load(
                new()
                {
                    Paths = [cluster.ServeKubeconfig()],
                    ImpersonateUser = "jane",
                    ImpersonateGroups = Wanted,
                }
            ),
            new()
        );

        await AssertGrantedAsync(cluster, client);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Each_impersonated_group_of_another_session_counts(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        await GrantAsync(cluster, "öps");
        using KubernetesClient admin = KubernetesClient.Create(Kubeconfig.Load(new() { Paths = [cluster.ServeKubeconfig()] }), new());
        using KubernetesClient jane = admin.ActAs("jane", Wanted);

        await AssertGrantedAsync(cluster, jane);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_server_names_the_user_the_groups_and_the_extra_values(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        Skip.If(cluster.Minor < 28, "SelfSubjectReview is there from 1.28 on");
        string path = cluster.ServeKubeconfig();
        string acting = path + ".as";
        await File.WriteAllTextAsync(
            acting,
            UserEntry()
                .Replace(
                    await File.ReadAllTextAsync(path),
                    "$1user:\n$1  as: jane\n$1  as-groups: [dev, 'x, y', öps]\n$1  as-user-extra: {scopes: [v, w]}"
                )
        );
        using KubernetesClient client = KubernetesClient.Create(Kubeconfig.Load(new() { Paths = [acting] }), new());

        JsonObject review = await PostAsync(
            client,
            "/apis/authentication.k8s.io/v1/selfsubjectreviews",
            new() { ["apiVersion"] = "authentication.k8s.io/v1", ["kind"] = "SelfSubjectReview" }
        );
        JsonNode user = review["status"]!["userInfo"]!;
        File.Delete(acting);

        Assert.Equal("jane", (string?)user["username"]);
        Assert.Equal([.. Wanted, "system:authenticated"], user["groups"]!.AsArray().Select(group => (string?)group));
        Assert.Equal(["v", "w"], user["extra"]!["scopes"]!.AsArray().Select(value => (string?)value));
    }

    private static async Task GrantAsync(TestCluster cluster, string group)
    {
        await Access.RoleAsync(cluster, "reader", """[{"apiGroups":[""],"resources":["pods"],"verbs":["list"]}]""");
        await Access.BindAsync(cluster, "reader", "Role", "reader", "Group", group);
    }

    private static async Task AssertGrantedAsync(TestCluster cluster, KubernetesClient client)
    {
        Assert.True(await CanListAsync("pods"));
        Assert.False(await CanListAsync("secrets"));

        Task<bool> CanListAsync(string resource) =>
            Eventually.GetAsync("the review", () => AskAsync(resource), allowed => allowed || resource != "pods");

        async Task<bool> AskAsync(string resource) =>
            (bool)
                (
                    await PostAsync(
                        client,
                        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                        new()
                        {
                            ["apiVersion"] = "authorization.k8s.io/v1",
                            ["kind"] = "SelfSubjectAccessReview",
                            ["spec"] = new JsonObject
                            {
                                ["resourceAttributes"] = new JsonObject
                                {
                                    ["namespace"] = cluster.Namespace,
                                    ["verb"] = "list",
                                    ["resource"] = resource,
                                },
                            },
                        }
                    )
                )["status"]!["allowed"]!;
    }

    private static Task<JsonObject> PostAsync(KubernetesClient client, string path, JsonObject body) =>
        client.SendAsync(
            HttpMethod.Post,
            path,
            new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
            (JsonTypeInfo<JsonObject>)JsonSerializerOptions.Default.GetTypeInfo(typeof(JsonObject)),
            RequestOptions.Default,
            default
        );

    [GeneratedRegex("^( *)user:[ \r]*$", RegexOptions.Multiline)]
    private static partial Regex UserEntry();
}
