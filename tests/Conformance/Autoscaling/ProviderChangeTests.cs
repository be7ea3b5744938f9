using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Host;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Machines;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Providers.Simulated;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>A running autoscaler takes up Secrets and settings of providers as they change, however long it would have waited.</summary>
[Collection(AutoscalerLab.InTurn)]
public sealed class ProviderChangeTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_claim_continues_when_the_Secret_of_its_provider_is_created_or_corrected(string backend)
    {
        // As fast as real time: the pauses that are cut short are of half a minute and more.
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend);
        var factory = new GuardedFactory();
        var registry = new MachineProviderRegistry();
        registry.Add(factory);
        NodeManagerSession session = await lab.Cluster.ConnectAsync();
        using var providers = new MachineProviders(session.Connection(), registry);
        await lab.DeleteAsync(NodeSmithResources.Providers, "sim");
        await lab.Cluster.CreateAsync(
            NodeSmithResources.Providers,
            new JsonObject
            {
                ["apiVersion"] = NodeSmithNames.ApiVersion,
                ["kind"] = "NodeSmithProvider",
                ["metadata"] = new JsonObject { ["name"] = "guarded" },
                ["spec"] = new JsonObject
                {
                    ["type"] = factory.Type,
                    ["credentialsSecretRef"] = new JsonObject { ["name"] = "token" },
                },
            }
        );
        await lab.AddPoolAsync(provider: "guarded");
        await lab.AddClaimAsync("one");
        // Otherwise the plan removes a claim that cannot be launched and that no pod requires.
        lab.Wanted = 1;
        RunningOperation running = AutoscalerHost.Start(session, lab.Options(session) with { Providers = providers });
        try
        {
            await lab.WaitForClaimAsync(
                "one",
                static one => AutoscalerLab.Reason(one, NodeSmithConditions.Launched) == NodeProviderReason.SecretNotFound
            );

            await WriteSecretAsync(lab, "old");
            await lab.WaitForClaimAsync(
                "one",
                static one => AutoscalerLab.Reason(one, NodeSmithConditions.Launched) == nameof(MachineOutcome.Unauthorized)
            );
            await lab.Cluster.WaitForAsync(
                NodeSmithResources.Providers,
                "guarded",
                static one =>
                    one.Status?.Conditions?.Exists(static c => c is { Type: NodeSmithConditions.Available, Status: "False" }) == true
            );

            long start = TimeProvider.System.GetTimestamp();
            await WriteSecretAsync(lab, "good");
            NodeSmithClaim ready = await lab.WaitForClaimAsync("one", AutoscalerLab.IsReady);
            // It would have been asked again after five minutes.
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromMinutes(4));
            Assert.Equal(1, ready.Status!.LaunchAttempts);
            await lab.Cluster.WaitForAsync(
                NodeSmithResources.Providers,
                "guarded",
                static one =>
                    one.Status?.Conditions?.Exists(static c => c is { Type: NodeSmithConditions.Available, Status: "True" }) == true
            );

            // The settings: a machine that is asked for from now on is refused, without a restart.
            await lab.PatchAsync(
                NodeSmithResources.Providers,
                "guarded",
                """{"spec":{"additionalSettings":{"closed":{"by":"the test"}}}}"""
            );
            await lab.Cluster.WaitForAsync(
                NodeSmithResources.Providers,
                "guarded",
                static one =>
                    one.Status?.ObservedGeneration == one.Metadata.Generation
                    && one.Status?.Conditions?.Exists(static c => c is { Type: NodeSmithConditions.Available, Status: "False" }) == true
            );
            lab.Wanted = 2;
            await lab.WaitForClaimsAsync(
                "a refused claim",
                static all =>
                    all.Any(static one => AutoscalerLab.Reason(one, NodeSmithConditions.Launched) == nameof(MachineOutcome.Forbidden))
            );
            await lab.PatchAsync(NodeSmithResources.Providers, "guarded", """{"spec":{"additionalSettings":null}}""");
            await lab.WaitForClaimsAsync("two ready claims", static all => all.Count(AutoscalerLab.IsReady) == 2);
        }
        finally
        {
            await AutoscalerLab.StopAsync(running);
        }
    }

    private static async Task WriteSecretAsync(AutoscalerLab lab, string token)
    {
        string path = $"/api/v1/namespaces/{lab.Namespace}/secrets";
        JsonObject secret = new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = "token" },
            ["data"] = new JsonObject { ["TOKEN"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(token)) },
        };
        await lab.Cluster.SendAsync("DELETE", path + "/token");
        WireAnswer answer = await lab.Cluster.SendAsync("POST", path, secret.ToJsonString());
        Assert.True((int)answer.Code == 201, answer.Text);
    }

    /// <summary>Simulated machines for callers with the right token, until it is closed.</summary>
    private sealed class GuardedFactory : IMachineProviderFactory
    {
        private readonly SimulatedProviderFactory _inner = new();

        public string Type => "example.com/guarded";

        public IReadOnlyList<MachineSecret> GetSecrets(JsonElement spec) => [MachineSecret.Require(spec, "TOKEN")];

        public IReadOnlyList<string> Validate(MachineProviderSettings settings) => [];

        public IMachineProvider Create(MachineProviderSettings settings) =>
            new GuardedProvider(
                _inner.Create(settings),
                settings.Credentials.Find("TOKEN") != "good" ? MachineOutcome.Unauthorized
                    : settings.Spec.TryGetProperty("additionalSettings", out JsonElement more) && more.TryGetProperty("closed", out _)
                        ? MachineOutcome.Forbidden
                    : null
            );
    }

    private sealed class GuardedProvider(IMachineProvider inner, MachineOutcome? refusal) : IMachineProvider, ITestableMachineProvider
    {
        private MachineResult? Refusal => refusal is { } outcome ? MachineResult.Ended(outcome, "The guard refuses.") : null;

        public async Task<MachineResult> ProvisionAsync(MachineRequest request, CancellationToken cancellationToken) =>
            Refusal ?? await inner.ProvisionAsync(request, cancellationToken);

        public async Task<MachineResult> DeprovisionAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
            Refusal ?? await inner.DeprovisionAsync(identity, cancellationToken);

        public async Task<MachineResult> GetAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
            Refusal ?? await inner.GetAsync(identity, cancellationToken);

        public async Task<MachineListResult> ListAsync(CancellationToken cancellationToken) =>
            refusal is { } outcome ? MachineListResult.Ended(outcome, "The guard refuses.") : await inner.ListAsync(cancellationToken);

        public async Task<MachineResult> RestartAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
            Refusal ?? await inner.RestartAsync(identity, cancellationToken);

        public Task<IReadOnlyList<MachineProviderFinding>> TestAsync(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<MachineProviderFinding>>([
                new("Guard", refusal is null, refusal is null ? "It lets pass." : "The guard refuses."),
            ]);

        public void Dispose() => inner.Dispose();
    }
}
