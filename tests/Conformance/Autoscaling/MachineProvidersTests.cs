using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Machines;
using NodeManager.Core.Sessions;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>Providers of machines are made from NodeSmithProviders and their Secrets, and made again when those change.</summary>
public sealed class MachineProvidersTests
{
    private const string Token = "s3cr3t-token-value";

    [SkippableTheory]
    [AllBackends]
    public async Task A_provider_is_recreated_only_when_its_resource_or_Secret_changes(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        (RecordingFactory factory, MachineProviders providers) = Open(await cluster.ConnectAsync());
        string elsewhere = cluster.Namespace + "-secrets";
        await cluster.CreateAsync(NodeManager.Kubernetes.Requests.Resources.Namespaces, Manifests.Namespace(elsewhere));
        await WriteSecretAsync(cluster, elsewhere, "token", "TOKEN", Token + "\n");
        await WriteProviderAsync(
            cluster,
            new JsonObject
            {
                ["type"] = factory.Type,
                ["credentialsSecretRef"] = new JsonObject { ["name"] = "token", ["namespace"] = elsewhere },
                ["additionalSettings"] = new JsonObject { ["zones"] = new JsonObject { ["names"] = new JsonArray("a", "b") } },
            }
        );

        IMachineProvider first = Provider(await providers.OpenAsync(cluster.Namespace, "one", default));
        Assert.Same(first, Provider(await providers.OpenAsync(cluster.Namespace, "one", default)));
        RecordingProvider made = Assert.Single(factory.Made);
        Assert.Equal(
            (Token, "b"),
            (
                made.Settings.Credentials.Find("TOKEN"),
                (string?)JsonNode.Parse(made.Settings.Spec.GetRawText())!["additionalSettings"]!["zones"]!["names"]![1]
            )
        );
        Assert.Matches($"^[-0-9a-f]{{36}}/{cluster.Namespace}/one$", made.Settings.Owner);

        // A call that is in progress is not cut off by the change.
        Task<MachineListResult> list = first.ListAsync(default);
        await WriteSecretAsync(cluster, elsewhere, "token", "TOKEN", "another-token-value");
        IMachineProvider second = Provider(await providers.OpenAsync(cluster.Namespace, "one", default));
        Assert.Equal(
            (2, "another-token-value", false),
            (factory.Made.Count, factory.Made[^1].Settings.Credentials.Find("TOKEN"), made.IsDisposed)
        );
        made.Listed.SetResult();
        Assert.Equal(MachineOutcome.Succeeded, (await list).Outcome);
        Assert.True(made.IsDisposed);
        MachineResult late = await first.GetAsync(new(null, "a", "b"), default);
        Assert.Equal((MachineOutcome.Unavailable, true), (late.Outcome, late.IsTransient));
        Assert.Equal(MachineOutcome.NotFound, (await second.GetAsync(new(null, "a", "b"), default)).Outcome);

        await cluster.SendAsync(
            "PATCH",
            $"{NodeSmithDefinitions.CollectionOf(cluster, "nodesmithproviders")}/one",
            """{"metadata":{"labels":{"a":"b"}}}""",
            "application/merge-patch+json"
        );
        Assert.Same(second, Provider(await providers.OpenAsync(cluster.Namespace, "one", default)));
        await cluster.SendAsync(
            "PATCH",
            $"{NodeSmithDefinitions.CollectionOf(cluster, "nodesmithproviders")}/one",
            """{"spec":{"additionalSettings":{"zones":{"names":["c"]}}}}""",
            "application/merge-patch+json"
        );
        Assert.NotSame(second, Provider(await providers.OpenAsync(cluster.Namespace, "one", default)));
        Assert.Equal((3, true, false), (factory.Made.Count, factory.Made[1].IsDisposed, factory.Made[2].IsDisposed));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_missing_resource_is_reported_without_credentials(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        (RecordingFactory factory, MachineProviders providers) = Open(await cluster.ConnectAsync());
        await WriteSecretAsync(cluster, cluster.Namespace, "token", "TOKEN", Token);
        await WriteSecretAsync(cluster, cluster.Namespace, "empty", "TOKEN", "\n");
        await WriteSecretAsync(cluster, cluster.Namespace, "bad", "TOKEN", "bad-" + Token);

        (JsonObject? Spec, string Reason, string Text)[] cases =
        [
            (null, NodeProviderReason.ProviderNotFound, "/one"),
            (Spec("example.com/unheard-of", "token"), NodeProviderReason.UnknownType, "example.com/recording"),
            (Spec(factory.Type, null), NodeProviderReason.InvalidSettings, "spec.credentialsSecretRef must name a Secret with TOKEN."),
            (Spec(factory.Type, "gone"), NodeProviderReason.SecretNotFound, "/gone (spec.credentialsSecretRef) does not exist."),
            (Spec(factory.Type, "empty"), NodeProviderReason.SecretKeyMissing, "/empty has no value for TOKEN."),
            (Spec(factory.Type, "bad"), NodeProviderReason.InvalidSettings, "The token *** has the wrong form."),
        ];
        foreach ((JsonObject? spec, string reason, string text) in cases)
        {
            if (spec is not null)
                await WriteProviderAsync(cluster, spec);
            MachineProviderAccess access = await providers.OpenAsync(cluster.Namespace, "one", default);
            Assert.Null(access.Provider);
            Assert.Equal(reason, access.Reason);
            Assert.Contains(text, access.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Token, access.ToString(), StringComparison.Ordinal);
        }

        Assert.Empty(factory.Made);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Changed_Secrets_are_observed_by_a_watch_without_further_reads(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        (RecordingFactory factory, MachineProviders providers) = Open(await cluster.ConnectAsync());
        await WriteProviderAsync(cluster, Spec(factory.Type, "token"));
        var heard = new ConcurrentQueue<string>();
        using IDisposable following = providers.Follow((ns, name) => heard.Enqueue($"{ns}/{name}"));

        Assert.Equal(NodeProviderReason.SecretNotFound, (await providers.OpenAsync(cluster.Namespace, "one", default)).Reason);
        await WriteSecretAsync(cluster, cluster.Namespace, "token", "TOKEN", Token);
        await Eventually.HoldsAsync("told of the Secret", () => Task.FromResult(!heard.IsEmpty));
        Assert.Equal($"{cluster.Namespace}/one", heard.First());
        Assert.NotNull((await providers.OpenAsync(cluster.Namespace, "one", default)).Provider);

        await WriteSecretAsync(cluster, cluster.Namespace, "token", "TOKEN", "another-token-value");
        await Eventually.HoldsAsync(
            "made again",
            async () =>
                (await providers.OpenAsync(cluster.Namespace, "one", default)).Provider is not null
                && factory.Made[^1].Settings.Credentials.Find("TOKEN") == "another-token-value"
        );
        Assert.Equal(2, factory.Made.Count);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_role_needs_only_get_on_the_Secret(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend, rbac: true);
        await WriteSecretAsync(cluster, cluster.Namespace, "token", "TOKEN", Token);
        await WriteSecretAsync(cluster, cluster.Namespace, "other", "TOKEN", Token);
        string user = "keeper-" + cluster.Id;
        await GrantAsync(cluster, user);
        (RecordingFactory factory, MachineProviders providers) = Open(await cluster.ConnectAsAsync(user));
        using IDisposable following = providers.Follow(static (_, _) => { });

        await WriteProviderAsync(cluster, Spec(factory.Type, "token"));
        MachineProviderAccess access = await Eventually.GetAsync(
            "the role to count",
            () => providers.OpenAsync(cluster.Namespace, "one", default),
            static one => one.Provider is not null
        );
        Assert.True(access.Provider is not null, access.Message);
        await WriteProviderAsync(cluster, Spec(factory.Type, "other"));
        access = await providers.OpenAsync(cluster.Namespace, "one", default);

        Assert.Equal(NodeProviderReason.Forbidden, access.Reason);
        Assert.Contains($"cannot get Secret {cluster.Namespace}/other", access.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_session_disposes_its_providers()
    {
        await using TestCluster cluster = await StartAsync(Backend.Sandbox);
        NodeManagerSession session = await cluster.ConnectAsync();
        (RecordingFactory factory, MachineProviders providers) = Open(session);
        await WriteSecretAsync(cluster, cluster.Namespace, "token", "TOKEN", Token);
        await WriteProviderAsync(cluster, Spec(factory.Type, "token"));
        Provider(await providers.OpenAsync(cluster.Namespace, "one", default));

        session.Dispose();

        Assert.True(factory.Made[0].IsDisposed);
        await Assert.ThrowsAsync<ObjectDisposedException>(() =>
            providers.OpenAsync(new NodeSmithProvider { Spec = { Type = factory.Type } }, default)
        );
    }

    private static async Task<TestCluster> StartAsync(string backend, bool rbac = false)
    {
        TestCluster cluster = await TestCluster.StartAsync(backend, rbac: rbac);
        await NodeSmithDefinitions.InstallAsync(cluster);
        return cluster;
    }

    private static (RecordingFactory Factory, MachineProviders Providers) Open(NodeManagerSession session)
    {
        var factory = new RecordingFactory();
        var registry = new MachineProviderRegistry();
        registry.Add(factory);
        return (factory, session.Connection().Get(connection => new MachineProviders(connection, registry)));
    }

    private static IMachineProvider Provider(MachineProviderAccess access)
    {
        Assert.True(access.Provider is not null, access.Message);
        return access.Provider;
    }

    private static JsonObject Spec(string type, string? secret)
    {
        var spec = new JsonObject { ["type"] = type };
        if (secret is not null)
            spec["credentialsSecretRef"] = new JsonObject { ["name"] = secret };
        return spec;
    }

    private static async Task WriteProviderAsync(TestCluster cluster, JsonObject spec)
    {
        string collection = NodeSmithDefinitions.CollectionOf(cluster, "nodesmithproviders");
        await cluster.SendAsync("DELETE", $"{collection}/one");
        var item = new JsonObject
        {
            ["apiVersion"] = NodeSmithNames.ApiVersion,
            ["kind"] = "NodeSmithProvider",
            ["metadata"] = new JsonObject { ["name"] = "one" },
            ["spec"] = spec,
        };
        WireAnswer answer = await cluster.SendAsync("POST", collection, item.ToJsonString());
        Assert.True(answer.Code == HttpStatusCode.Created, answer.Text);
    }

    private static async Task WriteSecretAsync(TestCluster cluster, string ns, string name, string key, string value)
    {
        var secret = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["data"] = new JsonObject { [key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value)) },
        };
        WireAnswer answer = await cluster.SendAsync("POST", $"/api/v1/namespaces/{ns}/secrets", secret.ToJsonString());
        if (answer.Code == HttpStatusCode.Conflict)
            answer = await cluster.SendAsync(
                "PATCH",
                $"/api/v1/namespaces/{ns}/secrets/{name}",
                secret.ToJsonString(),
                "application/merge-patch+json"
            );
        Assert.True(answer.Code is HttpStatusCode.Created or HttpStatusCode.OK, answer.Text);
    }

    private static async Task GrantAsync(TestCluster cluster, string user)
    {
        const string group = "/apis/rbac.authorization.k8s.io/v1/";
        var role = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = user },
            ["rules"] = new JsonArray(
                Rule("", "secrets", "token"),
                Rule("", "namespaces", "kube-system"),
                Rule(NodeSmithNames.Group, "nodesmithproviders", "one")
            ),
        };
        var binding = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = user },
            ["roleRef"] = new JsonObject
            {
                ["apiGroup"] = "rbac.authorization.k8s.io",
                ["kind"] = "ClusterRole",
                ["name"] = user,
            },
            ["subjects"] = new JsonArray(
                new JsonObject
                {
                    ["kind"] = "User",
                    ["apiGroup"] = "rbac.authorization.k8s.io",
                    ["name"] = user,
                }
            ),
        };
        Assert.Equal(HttpStatusCode.Created, (await cluster.SendAsync("POST", group + "clusterroles", role.ToJsonString())).Code);
        Assert.Equal(HttpStatusCode.Created, (await cluster.SendAsync("POST", group + "clusterrolebindings", binding.ToJsonString())).Code);

        static JsonObject Rule(string api, string resource, string name) =>
            new()
            {
                ["apiGroups"] = new JsonArray(api),
                ["resources"] = new JsonArray(resource),
                ["resourceNames"] = new JsonArray(name),
                ["verbs"] = new JsonArray("get"),
            };
    }
}
