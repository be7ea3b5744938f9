using System.Text.Json;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Providers.Simulated;
using NodeManager.Sandbox;

namespace NodeManager.Providers.Tests.Simulated;

public sealed class SimulatedProviderTests : IDisposable
{
    private static readonly MachineRequest Request = new("33333333-aaaa-bbbb-cccc-000000000001", "sim-1", 4, 8192)
    {
        Labels = new Dictionary<string, string> { ["topology.kubenodesmith.io/pool"] = "small" },
        Taints = ["dedicated=batch:NoSchedule"],
    };

    private readonly SandboxCluster _sandbox = SandboxCluster.Start(new() { Nodes = 0 });
    private readonly KubernetesClient _client;

    public SimulatedProviderTests() => _client = new(_sandbox.Server, _sandbox.CreateTransport(), new() { Time = _sandbox.Time });

    [Fact]
    public async Task A_node_registers_becomes_ready_and_is_deleted_with_its_machine()
    {
        using IMachineProvider provider = Create();
        MachineResult made = await provider.ProvisionAsync(Request, default);
        Assert.True(made.Outcome == MachineOutcome.Succeeded, made.Reason);
        Assert.Equal(made.Machine!.ProviderId, (await provider.ProvisionAsync(Request, default)).Machine!.ProviderId);

        Node node = await WaitForNodeAsync(static one =>
            one?.Status.Conditions?.Find(static condition => condition.Type == "Ready")?.Status == "True"
        );
        Assert.Equal((made.Machine.ProviderId, "small"), (node.Spec.ProviderID, node.Metadata.Labels!["topology.kubenodesmith.io/pool"]));
        Assert.Contains(node.Spec.Taints!, static one => one is { Key: "dedicated", Value: "batch", Effect: "NoSchedule" });
        Assert.Single((await provider.ListAsync(default)).Machines);

        MachineIdentity identity = new(made.Machine.ProviderId, "sim-1", Request.ClaimUid);
        Assert.Equal(MachineOutcome.Refused, (await provider.DeprovisionAsync(identity with { Name = "other" }, default)).Outcome);
        string first = node.Metadata.Uid!;
        Assert.Equal(MachineOutcome.Succeeded, (await provider.RestartAsync(identity, default)).Outcome);
        await WaitForNodeAsync(one => one is not null && one.Metadata.Uid != first);
        Assert.Equal(MachineOutcome.Succeeded, (await provider.DeprovisionAsync(identity, default)).Outcome);
        Assert.Equal(MachineOutcome.NotFound, (await provider.GetAsync(identity, default)).Outcome);
        await WaitForNodeAsync(static one => one is null);
    }

    [Fact]
    public async Task A_node_registered_by_another_machine_is_kept()
    {
        using IMachineProvider provider = Create();
        await _client.SendAsync(
            HttpMethod.Post,
            Resources.Nodes.Path(),
            new StringContent(
                """{"apiVersion":"v1","kind":"Node","metadata":{"name":"sim-1"}}""",
                System.Text.Encoding.UTF8,
                "application/json"
            ),
            Resources.Nodes.Item,
            RequestOptions.Default,
            default
        );
        Machine machine = (await provider.ProvisionAsync(Request, default)).Machine!;
        Assert.Equal(
            MachineOutcome.Succeeded,
            (await provider.DeprovisionAsync(new(machine.ProviderId, "sim-1", Request.ClaimUid), default)).Outcome
        );
        Assert.NotNull(await _client.GetAsync(Resources.Nodes, "sim-1", null, default));
    }

    [Fact]
    public async Task A_machine_finishes_booting_after_its_process_ends()
    {
        using (IMachineProvider first = Create(""","simulated":{"bootDelay":"2s","zones":["a","b"],"maxMachines":2}"""))
        {
            Assert.Equal("a", (await first.ProvisionAsync(Request, default)).Machine!.Zone);
            Assert.Equal("b", (await first.ProvisionAsync(Request with { ClaimUid = "two", Name = "sim-2" }, default)).Machine!.Zone);
            Assert.Equal(
                MachineOutcome.NoCapacity,
                (await first.ProvisionAsync(Request with { ClaimUid = "three", Name = "sim-3" }, default)).Outcome
            );
            Assert.Equal(MachineOutcome.Refused, (await first.ProvisionAsync(Request with { Name = "sim-9" }, default)).Outcome);
        }

        using IMachineProvider second = Create(""","simulated":{"bootDelay":"2s"}""");
        Assert.Equal(2, (await second.ListAsync(default)).Machines.Count);
        await WaitForNodeAsync(static one => one is not null);
    }

    public void Dispose()
    {
        _client.Dispose();
        _sandbox.Dispose();
    }

    private IMachineProvider Create(string further = "")
    {
        var settings = new MachineProviderSettings(
            "sim",
            "default",
            JsonDocument.Parse($$"""{"type":"simulated"{{further}}}""").RootElement,
            MachineCredentials.None
        )
        {
            Cluster = _client,
            Owner = "c/sim",
            Time = _sandbox.Time,
        };
        Assert.Empty(new SimulatedProviderFactory().Validate(settings));
        return new SimulatedProviderFactory().Create(settings);
    }

    private async Task<Node> WaitForNodeAsync(Func<Node?, bool> isWanted)
    {
        for (int i = 0; i < 600; i++)
        {
            Node? node = (await _client.ListAsync(Resources.Nodes, new(), default)).Items.Find(static one => one.Metadata.Name == "sim-1");
            if (isWanted(node))
                return node!;
            await Task.Delay(100);
        }

        throw new TimeoutException("sim-1");
    }
}
