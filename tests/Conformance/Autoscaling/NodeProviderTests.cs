using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Host;
using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Machines;
using NodeManager.Core.Sessions;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>NodeSmithProviders and their Secrets are made, changed and removed; the rules count where the server has none.</summary>
public sealed class NodeProviderTests
{
    private const string Token = "s3cr3t-token-value";

    [SkippableTheory]
    [AllBackends]
    public async Task A_provider_is_created_and_deleted_with_its_Secret(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        NodeManagerSession session = await cluster.ConnectAsync();
        NodeProviderRequest request = Request(cluster, new() { ["type"] = "example.com/token" }) with { Credential = new("user", Token) };

        await NodeProviderEditor.CreateAsync(session, request, dryRun: true, default);
        Assert.Empty(await ReadAsync(session, cluster));
        NodeProvider made = await NodeProviderEditor.CreateAsync(session, request, false, default);
        NodeProvider again = await NodeProviderEditor.CreateAsync(session, request, false, default);

        Assert.Equal((made.Uid, $"{cluster.Namespace}/one-credentials"), (again.Uid, again.Secret));
        JsonNode secret = (await cluster.SendAsync("GET", SecretPath(cluster, "one-credentials"))).Json;
        Assert.Equal(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Token)), (string?)secret["data"]!["TOKEN"]);
        Assert.Equal(made.Uid, (string?)secret["metadata"]!["ownerReferences"]![0]!["uid"]);
        Assert.DoesNotContain(Token, made.Manifest, StringComparison.Ordinal);

        await NodeProviderEditor.RemoveAsync(session, cluster.Namespace, "one", made.Uid, dryRun: true, default);
        Assert.Single(await ReadAsync(session, cluster));
        await NodeProviderEditor.RemoveAsync(session, cluster.Namespace, "one", made.Uid, false, default);
        Assert.Empty(await ReadAsync(session, cluster));
        // The garbage collector is one of the controllers that an API server alone does not have.
        if (!cluster.IsReal)
            await Eventually.HoldsAsync(
                "the Secret gone",
                async () => (await cluster.SendAsync("GET", SecretPath(cluster, "one-credentials"))).Code == HttpStatusCode.NotFound
            );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_provider_created_again_does_not_take_over_the_Secret_of_the_removed_one(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        NodeManagerSession session = await cluster.ConnectAsync();
        NodeProviderRequest request = Request(cluster, new() { ["type"] = "example.com/token" }) with { Credential = new("user", Token) };
        NodeProvider first = await NodeProviderEditor.CreateAsync(session, request, false, default);
        string? before = await SecretUidAsync();
        await NodeProviderEditor.RemoveAsync(session, cluster.Namespace, "one", first.Uid, false, default);

        NodeProvider second = await NodeProviderEditor.CreateAsync(session, request, false, default);

        Assert.NotEqual(first.Uid, second.Uid);
        Assert.NotEqual(before, await SecretUidAsync());
        JsonNode secret = (await cluster.SendAsync("GET", SecretPath(cluster, "one-credentials"))).Json;
        Assert.Equal(second.Uid, (string?)secret["metadata"]!["ownerReferences"]![0]!["uid"]);

        async Task<string?> SecretUidAsync() =>
            (string?)(await cluster.SendAsync("GET", SecretPath(cluster, "one-credentials"))).Json["metadata"]!["uid"];
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Only_named_fields_change_and_an_invalid_value_is_refused_before_it_is_sent(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        NodeManagerSession session = await cluster.ConnectAsync();
        var spec = new JsonObject
        {
            ["type"] = "proxmox",
            ["proxmox"] = new JsonObject
            {
                ["endpoint"] = "https://pve:8006",
                ["cpuOvercommit"] = 2,
                ["vmIDRange"] = new JsonObject { ["lower"] = 200, ["upper"] = 300 },
            },
        };
        await NodeProviderEditor.CreateAsync(session, Request(cluster, spec), false, default);

        NodeProviderChange planned = await ChangeAsync(new JsonObject { ["vmIDRange"] = new JsonObject { ["upper"] = 400 } }, dryRun: true);
        NodeProviderChange changed = await ChangeAsync(
            new JsonObject
            {
                ["vmIDRange"] = new JsonObject { ["upper"] = 400 },
                ["cpuOvercommit"] = null,
            },
            dryRun: false
        );
        NodeProviderChange same = await ChangeAsync(new JsonObject { ["vmIDRange"] = new JsonObject { ["upper"] = 400 } }, dryRun: false);

        Assert.Equal("spec.proxmox.vmIDRange.upper: 300 -> 400", Assert.Single(planned.Differences).ToString());
        Assert.Equal(
            ["spec.proxmox.cpuOvercommit", "spec.proxmox.vmIDRange.upper"],
            changed.Differences.Select(static one => one.Field).Order(StringComparer.Ordinal)
        );
        JsonNode now = JsonNode.Parse((await ReadAsync(session, cluster))[0].Manifest)!["spec"]!["proxmox"]!;
        Assert.Equal((200, 400, null), ((int)now["vmIDRange"]!["lower"]!, (int)now["vmIDRange"]!["upper"]!, now["cpuOvercommit"]));
        Assert.Empty(same.Differences);
        Assert.Equal(changed.Provider.Generation, same.Provider.Generation);

        NodeManagerException broken = await Assert.ThrowsAsync<NodeManagerException>(() =>
            ChangeAsync(
                new JsonObject
                {
                    ["endpoint"] = "ftp://x",
                    ["vmIDRange"] = new JsonObject { ["lower"] = 500 },
                },
                false
            )
        );
        Assert.Equal(ErrorIds.Invalid, broken.ErrorId);
        Assert.Contains("endpoint must be a valid HTTP/HTTPS URL", broken.Message, StringComparison.Ordinal);
        Assert.Contains("upper must be >= lower", broken.Message, StringComparison.Ordinal);
        Assert.Equal(
            ErrorIds.Conflict,
            (
                await Assert.ThrowsAsync<NodeManagerException>(() =>
                    NodeProviderEditor.ChangeAsync(
                        session,
                        Request(cluster, []) with
                        {
                            Uid = "11111111-2222-3333-4444-555555555555",
                        },
                        false,
                        default
                    )
                )
            ).ErrorId
        );
        Assert.Equal(
            ErrorIds.AlreadyExists,
            (
                await Assert.ThrowsAsync<NodeManagerException>(() =>
                    NodeProviderEditor.CreateAsync(session, Request(cluster, new() { ["type"] = "simulated" }), false, default)
                )
            ).ErrorId
        );

        Task<NodeProviderChange> ChangeAsync(JsonObject proxmox, bool dryRun) =>
            NodeProviderEditor.ChangeAsync(session, Request(cluster, new() { ["proxmox"] = proxmox }), dryRun, default);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Nulls_of_a_manifest_are_omitted_and_a_value_of_a_wrong_type_is_named(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        NodeManagerSession session = await cluster.ConnectAsync();
        var spec = (JsonObject)
            JsonNode.Parse(
                """{"type":"simulated","redfish":null,"simulated":{"maxMachines":3,"zones":null,"bootDelay":"1s"},"additionalSettings":{"a":{"b":null}}}"""
            )!;

        NodeProvider made = await NodeProviderEditor.CreateAsync(session, Request(cluster, spec), false, default);
        Assert.Equal("up to 3 machines", made.Target);
        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse("""{"maxMachines":3,"bootDelay":"1s"}"""),
                JsonNode.Parse(made.Manifest)!["spec"]!["simulated"]
            )
        );

        JsonObject wrong = new() { ["simulated"] = new JsonObject { ["zones"] = new JsonArray("a", 1) } };
        NodeManagerException refused = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeProviderEditor.ChangeAsync(session, Request(cluster, wrong), false, default)
        );
        Assert.Equal(
            (ErrorIds.Invalid, $"NodeSmithProvider {cluster.Namespace}/one: the value at spec.simulated.zones[1] has the wrong type."),
            (refused.ErrorId, refused.Message)
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_foreign_Secret_is_not_changed_and_a_provider_in_use_not_deleted(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        NodeManagerSession session = await cluster.ConnectAsync();
        await cluster.SendAsync(
            "POST",
            $"/api/v1/namespaces/{cluster.Namespace}/secrets",
            """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"one-credentials"},"data":{"TOKEN":"eA=="}}"""
        );
        NodeProviderRequest request = Request(cluster, new() { ["type"] = "example.com/token" });

        NodeManagerException foreign = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeProviderEditor.CreateAsync(session, request with { Credential = new("user", Token) }, false, default)
        );
        Assert.Equal(ErrorIds.AlreadyExists, foreign.ErrorId);
        Assert.DoesNotContain(Token, foreign.ToString(), StringComparison.Ordinal);
        Assert.Empty(await ReadAsync(session, cluster));

        await NodeProviderEditor.CreateAsync(session, request, false, default);
        const string pool =
            """{"apiVersion":"kubenodesmith.parawell.cloud/v1alpha1","kind":"NodeSmithPool","metadata":{"name":"small"},"spec":{"providerRef":"one","limits":{"minNodes":0,"maxNodes":1,"cpuCores":0,"memoryMiB":0},"machineTemplate":{}}}""";
        WireAnswer answer = await cluster.SendAsync("POST", NodeSmithDefinitions.CollectionOf(cluster, "nodesmithpools"), pool);
        Assert.True(answer.Code == HttpStatusCode.Created, answer.Text);
        NodeManagerException used = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeProviderEditor.RemoveAsync(session, cluster.Namespace, "one", "", false, default)
        );
        Assert.Equal(ErrorIds.NodeProviderInUse, used.ErrorId);
        Assert.Contains("NodeSmithPool small", used.Message, StringComparison.Ordinal);

        // Its finalizer is the autoscaler's. While it is being deleted it is no provider to refer to, and without users it goes although none runs.
        string provider = $"{NodeSmithDefinitions.CollectionOf(cluster, "nodesmithproviders")}/one";
        await cluster.SendAsync(
            "PATCH",
            provider,
            $$"""{"metadata":{"finalizers":["{{NodeSmithNames.Finalizer}}"]} }""",
            "application/merge-patch+json"
        );
        await cluster.SendAsync("DELETE", provider);
        NodeManagerException leaving = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeProviderEditor.CreateAsync(session, request, false, default)
        );
        Assert.Equal(ErrorIds.AlreadyExists, leaving.ErrorId);
        Assert.Contains("being deleted", leaving.Message, StringComparison.Ordinal);
        await cluster.SendAsync("DELETE", NodeSmithDefinitions.CollectionOf(cluster, "nodesmithpools") + "/small");
        await NodeProviderEditor.RemoveAsync(session, cluster.Namespace, "one", "", false, default);
        Assert.Empty(await ReadAsync(session, cluster));
    }

    [Fact]
    public async Task Without_the_CustomResourceDefinitions_the_install_command_is_reported()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.Sandbox);
        NodeManagerSession session = await cluster.ConnectAsync();
        foreach (
            Func<Task> call in (Func<Task>[])
                [
                    () => ReadAsync(session, cluster),
                    () => NodeProviderEditor.CreateAsync(session, Request(cluster, new() { ["type"] = "simulated" }), false, default),
                    () => NodeProviderTester.TestAsync(session, cluster.Namespace, "one", conforms: false, default),
                    () => MachineManager.CreateAsync(session, cluster.Namespace, "one", new("", "a", 1, 1), default),
                    () => AutoscalerReader.ReadAsync(session, cluster.Namespace, 1, default),
                    () => NodeClaims.ReadAsync(session, cluster.Namespace, [], [], default),
                    () => NodeClaims.RemoveAsync(session, (cluster.Namespace, "one"), "", false, default),
                    () => ScalePlanReader.PlanAsync(session, cluster.Namespace, new Listener(), default),
                    () =>
                        AutoscalerHost.RunAsync(
                            session,
                            new()
                            {
                                Namespace = cluster.Namespace,
                                Providers = session.Connection().MachineProviders(),
                                Planner = new RulePlanner(),
                            },
                            true,
                            new Listener(),
                            default
                        ),
                ]
        )
            Assert.Equal(ErrorIds.AutoscalerNotInstalled, (await Assert.ThrowsAsync<NodeManagerException>(call)).ErrorId);
    }

    private static async Task<TestCluster> StartAsync(string backend)
    {
        MachineProviderRegistry.Shared.Add(new TokenFactory());
        TestCluster cluster = await TestCluster.StartAsync(backend);
        await NodeSmithDefinitions.InstallAsync(cluster);
        return cluster;
    }

    private static NodeProviderRequest Request(TestCluster cluster, JsonObject spec) => new("one", cluster.Namespace, spec);

    private static Task<IReadOnlyList<NodeProvider>> ReadAsync(NodeManagerSession session, TestCluster cluster) =>
        NodeProviderReader.ReadAsync(session, [], cluster.Namespace, static missing => throw missing, default);

    private static string SecretPath(TestCluster cluster, string name) => $"/api/v1/namespaces/{cluster.Namespace}/secrets/{name}";

    private sealed class TokenFactory : IMachineProviderFactory
    {
        public string Type => "example.com/token";

        public IReadOnlyList<MachineSecret> GetSecrets(System.Text.Json.JsonElement spec) => [MachineSecret.Require(spec, "TOKEN")];

        public IReadOnlyList<string> Validate(MachineProviderSettings settings) => [];

        public IMachineProvider Create(MachineProviderSettings settings) => new RecordingProvider(settings);
    }
}
