using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Decisions;
using NodeManager.Autoscaling.Forecasts.Explanations;
using NodeManager.Autoscaling.Host;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Machines;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Providers;
using NodeManager.Providers.Tests.Proxmox;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>
/// The seed's samples as they are (control plane, provider, pool, echoserver, nginx) on a cluster that starts with no room: pods wait, a
/// machine is made on Proxmox, they run on it; they go, and so does the machine. The same from PowerShell, on real clusters too, is
/// <c>Pester/SeedSamples.Tests.ps1</c>.
/// </summary>
public sealed class SeedSampleTests
{
    private const string Pool = "proxmox-small";
    private static readonly TimeSpan UpWindow = TimeSpan.FromMinutes(2),
        DownWindow = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.OldSandbox)]
    public async Task Pending_pods_get_a_machine_that_is_removed_when_idle(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, speed: 60);
        using var proxmox = new FakeProxmox();
        BootedMachines.JoinOnBoot(proxmox, cluster.Client);
        await PrepareAsync(cluster);
        NodeManagerSession session = await cluster.ConnectAsync();
        var registry = new MachineProviderRegistry();
        BuiltInMachineProviders.AddTo(registry);
        using var providers = new MachineProviders(
            session.Connection(),
            registry,
            settings => settings with { WrapTransport = _ => new Kept(proxmox) }
        );
        RunningOperation running = AutoscalerHost.Start(
            session,
            new()
            {
                Providers = providers,
                Planner = new RulePlanner(),
                Namespace = cluster.Namespace,
            }
        );
        try
        {
            foreach (string sample in (string[])["echoserver", "nginx"])
                await ApplyAsync(cluster, sample);

            IReadOnlyList<Pod> echo = await cluster.WaitForReadyPodsAsync("app=hello-echo", 1),
                nginx = await cluster.WaitForReadyPodsAsync("app=nginx", 1);
            string only = Assert.Single(await ClaimsAsync(cluster)).Metadata.Name;
            NodeSmithClaim claim = await cluster.WaitForAsync(NodeSmithResources.Claims, only, AutoscalerLab.IsReady);
            FakeVm vm = Assert.Single(proxmox.Administer(() => proxmox.Vms.Values.ToArray()));
            Assert.InRange(vm.Id, 1250, 1300);
            Assert.Equal(
                ($"{Pool}-1", "kubenodesmith-managed", $"{Pool}-1"),
                (claim.Metadata.Name, vm.Configuration["tags"], vm.Configuration["name"])
            );
            Assert.Equal((4, 9 << 10), (claim.Spec.Requirements!.CpuCores, claim.Spec.Requirements.MemoryMiB >> 10 << 10));
            Assert.All([.. echo, .. nginx], pod => Assert.Equal(claim.Metadata.Name, pod.Spec.NodeName));
            Node node = await cluster.GetAsync(Resources.Nodes, claim.Metadata.Name);
            Assert.Equal(
                ("", Pool),
                (node.Metadata.Labels!["node-role.kubernetes.io/worker"], node.Metadata.Labels[NodeSmithNames.DefaultPoolLabelKey])
            );
            Assert.Equal($"proxmox://garage/vms/{vm.Id}", claim.Status!.ProviderID);
            // The demand has lasted as long as the pool says. Times of objects have whole seconds.
            Assert.True(
                claim.Metadata.CreationTimestamp - echo[0].Metadata.CreationTimestamp >= UpWindow - TimeSpan.FromSeconds(1),
                $"{claim.Metadata.CreationTimestamp} {echo[0].Metadata.CreationTimestamp}"
            );
            Assert.Equal(
                "Scheduled",
                Assert
                    .Single(await ScaleExplainer.ExplainAsync(session, cluster.Namespace, ["hello-echo-*"], new Listener(), default))
                    .Reason
            );

            foreach (string name in (string[])["hello-echo", "nginx"])
                await cluster.Client.DeleteAsync(
                    Resources.Deployments,
                    name,
                    cluster.Namespace,
                    new() { PropagationPolicy = "Background" },
                    default
                );
            await cluster.WaitForPodsAsync("no pods", null, static pods => pods.Count == 0);
            DateTimeOffset idle = cluster.Time.GetUtcNow();

            NodeSmithClaim leaving =
                await Eventually.GetAsync(
                    "claim removed",
                    async () => (await ClaimsAsync(cluster)).FirstOrDefault(),
                    static one => one is null or { Metadata.DeletionTimestamp: not null }
                ) ?? claim;
            DateTimeOffset removed = leaving.Metadata.DeletionTimestamp ?? cluster.Time.GetUtcNow();
            Assert.True(removed - idle >= DownWindow - TimeSpan.FromMinutes(1), $"removed {removed - idle} after the last pod");
            await cluster.WaitForGoneAsync(NodeSmithResources.Claims, claim.Metadata.Name);
            await cluster.WaitForGoneAsync(Resources.Nodes, claim.Metadata.Name);
            Assert.Empty(proxmox.Administer(() => proxmox.Vms.Values.ToArray()));
            Assert.Equal(vm.Id, Assert.Single(proxmox.Destroyed).Id);
        }
        finally
        {
            await AutoscalerLab.StopAsync(running);
        }

        NodeAutoscaler state = await AutoscalerReader.ReadAsync(session, cluster.Namespace, 500, default);
        Assert.Equal(state.Decisions.First(static one => one.Leader.Length > 0).Leader, state.Leader);
        // Times have whole seconds, in which several steps may be made.
        Assert.Equal(
            ["Create", "Initialize", "Launch", "Register", "Remove"],
            state
                .Decisions.Where(static one =>
                    one.Target == $"claim/{Pool}-1" && one.Decision is ("Create" or "Launch" or "Register" or "Initialize" or "Remove")
                )
                .Select(static one => one.Decision)
                .Distinct()
                .Order()
        );
        Assert.All(await DecisionReader.ReadAsync(session, cluster.Namespace, default), static one => Assert.NotEmpty(one.Reason));
    }

    // A control plane's node takes no pods, and there is no other.
    private static async Task PrepareAsync(TestCluster cluster)
    {
        await NodeSmithDefinitions.InstallAsync(cluster);
        await cluster.AddNodesAsync(
            1,
            static node =>
                node["spec"] = new JsonObject
                {
                    ["taints"] = new JsonArray(
                        new JsonObject { ["key"] = "node-role.kubernetes.io/control-plane", ["effect"] = "NoSchedule" }
                    ),
                }
        );
        await cluster.CreateAsync(
            Resources.Secrets,
            JsonNode
                .Parse(
                    $$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"proxmox-api-secret"},"stringData":{"PROXMOX_TOKEN_ID":"{{FakeProxmox.Token}}","PROXMOX_SECRET":"{{FakeProxmox.Secret}}"} }"""
                )!
                .AsObject()
        );
        foreach (
            (string sample, string plural) in ((string, string)[])
                [
                    ("nodesmithprovider", "nodesmithproviders"),
                    ("nodesmithpool", "nodesmithpools"),
                    ("controlplane", "nodesmithcontrolplanes"),
                ]
        )
        {
            string text = await NodeSmithDefinitions.ReadSampleAsync(cluster, sample);
            WireAnswer answer = await cluster.SendAsync(
                "POST",
                NodeSmithDefinitions.CollectionOf(cluster, plural),
                text.Replace("    namespace: kubenodesmith\n", $"    namespace: {cluster.Namespace}\n", StringComparison.Ordinal),
                "application/yaml"
            );
            Assert.True(answer.Code == System.Net.HttpStatusCode.Created, answer.Text);
        }
    }

    private static async Task ApplyAsync(TestCluster cluster, string sample)
    {
        foreach (string document in (await NodeSmithDefinitions.ReadWorkloadAsync(sample)).Split("\n---\n"))
        {
            string path = document.Contains("kind: Service", StringComparison.Ordinal)
                ? $"/api/v1/namespaces/{cluster.Namespace}/services"
                : $"/apis/apps/v1/namespaces/{cluster.Namespace}/deployments";
            WireAnswer answer = await cluster.SendAsync("POST", path, document, "application/yaml");
            Assert.True(answer.Code == System.Net.HttpStatusCode.Created, answer.Text);
        }
    }

    private static async Task<List<NodeSmithClaim>> ClaimsAsync(TestCluster cluster) =>
        (await cluster.Client.ListAsync(NodeSmithResources.Claims, new() { Namespace = cluster.Namespace }, default)).Items;

    /// <summary>Outlives the providers that use it.</summary>
    private sealed class Kept(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        // Without disposing the inner handler.
        protected override void Dispose(bool disposing) => base.Dispose(disposing: false);
    }
}
