using System.Collections.Concurrent;
using System.Text.Json;
using NodeManager.Core.Machines;
using NodeManager.Providers.Redfish;

namespace NodeManager.Providers.Tests.Redfish;

/// <summary>
/// The provider against OpenStack's sushy-emulator, where NODEMANAGER_SUSHY names one with basic authentication as admin/bmc-password. It
/// has no asset tags, so that marks are kept here.
/// </summary>
public sealed class SushyTests
{
    [SkippableFact]
    public async Task A_server_is_claimed_booted_restarted_and_released()
    {
        string? endpoint = Environment.GetEnvironmentVariable("NODEMANAGER_SUSHY");
        Skip.If(endpoint is null, "NODEMANAGER_SUSHY names no emulator");
        string json = $$"""
            {"type":"redfish","redfish":{"powerTimeout":"1m","allowUnencryptedAuthentication":true,"systems":[
              {"name":"rack1","endpoint":"{{endpoint}}","systemID":"27946b59-9e44-4fa7-8e91-f3527a1ef094","cpuCores":8,"memoryMiB":16384},
              {"name":"rack2","endpoint":"{{endpoint}}","systemID":"27946b59-9e44-4fa7-8e91-f3527a1ef095","cpuCores":8,"memoryMiB":16384}]} }
            """;
        JsonElement spec = JsonDocument.Parse(json).RootElement;
        var settings = new MachineProviderSettings(
            "metal",
            "kubenodesmith",
            spec,
            new(
                new Dictionary<string, string>
                {
                    [RedfishProviderFactory.UserName] = "admin",
                    [RedfishProviderFactory.Password] = "bmc-password",
                }
            )
        );
        var marks = new MemoryMarks();
        using var provider = new RedfishProvider(settings, spec.Deserialize(RedfishSpecJson.Default.RedfishPart)!.Redfish!, marks);
        var request = new MachineRequest(Guid.NewGuid().ToString(), "any", 4, 8192);

        MachineResult made = await provider.ProvisionAsync(request, default);
        Assert.True(made.Outcome == MachineOutcome.Succeeded, made.Reason);
        Assert.Equal((MachineStatus.Running, "rack1", 1), (made.Machine!.Status, made.Machine.Name, made.Machine.MacAddresses.Count));
        MachineResult second = await provider.ProvisionAsync(request with { ClaimUid = Guid.NewGuid().ToString() }, default);
        Assert.Equal("rack2", second.Machine!.Name);
        Assert.Equal(MachineOutcome.NoCapacity, (await provider.ProvisionAsync(request with { ClaimUid = "third" }, default)).Outcome);
        foreach (Machine machine in new[] { made.Machine, second.Machine })
        {
            var identity = new MachineIdentity(machine.ProviderId, machine.Name, machine.ClaimUid);
            Assert.Equal(MachineOutcome.Succeeded, (await provider.RestartAsync(identity, default)).Outcome);
            MachineResult gone = await provider.DeprovisionAsync(identity, default);
            Assert.True(gone.Outcome == MachineOutcome.Succeeded, gone.Reason);
        }

        Assert.Empty((await provider.ListAsync(default)).Machines);
    }

    private sealed class MemoryMarks : ISystemMarks
    {
        private readonly ConcurrentDictionary<string, string> _tags = new();

        public Task<(string AssetTag, string? ETag)> ReadAsync(RedfishServer server, CancellationToken cancellationToken) =>
            Task.FromResult((_tags.GetValueOrDefault(server.System.Name, ""), (string?)null));

        public bool CanMark(RedfishComputer computer) => true;

        public Task WriteAsync(RedfishServer server, string assetTag, string? etag, CancellationToken cancellationToken)
        {
            _tags[server.System.Name] = assetTag;
            return Task.CompletedTask;
        }
    }
}
