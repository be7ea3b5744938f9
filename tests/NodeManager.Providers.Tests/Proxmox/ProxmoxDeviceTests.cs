using System.Text.Json.Nodes;
using NodeManager.Core.Machines;
using NodeManager.Providers.Proxmox;

namespace NodeManager.Providers.Tests.Proxmox;

/// <summary>Machines with devices of their hosts, and with disks in the size of their shape.</summary>
public sealed class ProxmoxDeviceTests
{
    private const string Gpu = "nvidia.com/gpu";

    [Fact]
    public async Task A_machine_gets_a_mapping_for_each_device_and_the_disk_of_its_shape()
    {
        using FakeProxmox server = Server();
        using ProxmoxProvider provider = ProxmoxFixture.Create(server, Spec("""{"machine":"q35","numa":1,"hugepages":"1024"}"""));

        MachineResult made = await provider.ProvisionAsync(Request("1", gpus: 2, diskGiB: 200), default);

        Assert.True(made.Outcome == MachineOutcome.Succeeded, made.Reason);
        FakeVm vm = Assert.Single(server.Vms.Values);
        Assert.Equal(
            ("porsche", "mapping=a100,pcie=1", "mapping=a100,pcie=1", "1024"),
            (vm.Host, vm.Configuration["hostpci0"], vm.Configuration["hostpci1"], vm.Configuration["hugepages"])
        );
        Assert.Equal("local-zfs:200,serial=CONTAINERD01,discard=on,ssd=1", vm.Configuration["scsi0"]);
    }

    [Fact]
    public async Task Hosts_without_a_free_device_are_passed_over_until_none_is_left()
    {
        using FakeProxmox server = Server();
        using ProxmoxProvider provider = ProxmoxFixture.Create(server, Spec());
        List<string> hosts = [];
        for (int number = 1; number <= 3; number++)
            hosts.Add((await provider.ProvisionAsync(Request($"{number}", gpus: 1), default)).Machine!.Host);

        MachineResult refused = await provider.ProvisionAsync(Request("4", gpus: 1), default);

        Assert.Equal(["alfaromeo", "porsche", "porsche"], hosts.Order(StringComparer.Ordinal));
        Assert.Equal(MachineOutcome.NoCapacity, refused.Outcome);
        Assert.Contains("porsche has 0 of 1 free devices of mapping 'a100'", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(MachineOutcome.Succeeded, (await provider.ProvisionAsync(Request("5", gpus: 0), default)).Outcome);
    }

    [Fact]
    public async Task A_device_without_a_mapping_is_an_error_of_the_settings()
    {
        using FakeProxmox server = Server();
        using ProxmoxProvider provider = ProxmoxFixture.Create(server);

        MachineResult refused = await provider.ProvisionAsync(Request("1", gpus: 1), default);

        Assert.Equal(
            (MachineOutcome.Invalid, "spec.proxmox.deviceMappings has no entry for nvidia.com/gpu, which shape 'gpu' has."),
            (refused.Outcome, refused.Reason)
        );
        Assert.Empty(server.Vms);
    }

    [Fact]
    public async Task The_disk_of_a_clone_is_resized_before_it_starts()
    {
        using FakeProxmox server = Server();
        server.Add(
            9000,
            new()
            {
                ["name"] = "template",
                ["template"] = "1",
                ["scsi0"] = "local-zfs:base-9000-disk-0,size=16G",
            },
            isRunning: false
        );
        JsonNode spec = JsonNode.Parse(Spec())!;
        spec["proxmox"]!["template"] = new JsonObject { ["vmID"] = 9000 };
        spec["proxmox"]!["vmOptions"] = new JsonArray();
        using ProxmoxProvider provider = ProxmoxFixture.Create(server, spec.ToJsonString());

        MachineResult made = await provider.ProvisionAsync(Request("1", gpus: 1, diskGiB: 64), default);

        Assert.True(made.Outcome == MachineOutcome.Succeeded, made.Reason);
        FakeVm vm = server.Vms.Values.Single(static one => one.Id != 9000);
        Assert.EndsWith(",size=64G", vm.Configuration["scsi0"], StringComparison.Ordinal);
        Assert.Equal("mapping=a100", vm.Configuration["hostpci0"]);
        int resize = server.Requests.FindIndex(static one => one.EndsWith("/resize", StringComparison.Ordinal)),
            start = server.Requests.FindIndex(static one => one.EndsWith("/status/start", StringComparison.Ordinal));
        Assert.True(resize >= 0 && resize < start);
    }

    [Theory]
    [InlineData("deviceMappings", """{"gpu":"a100"}""", "must be an extended resource")]
    [InlineData("deviceMappings", """{"nvidia.com/gpu":"a100,x"}""", "must be the name of a PCI resource mapping")]
    [InlineData("disk", "\"net0\"", "must be a drive such as scsi0")]
    [InlineData("vmOptions", """[{"name":"hugepages","value":"2"}]""", "hugepages requires numa: 1")]
    [InlineData("vmOptions", """[{"name":"hugepages","value":"4"},{"name":"numa","value":true}]""", "hugepages must be any, 2 or 1024")]
    public void Settings_that_Proxmox_would_refuse_are_refused_before(string field, string value, string expected)
    {
        JsonNode spec = JsonNode.Parse(ProxmoxFixture.Sample)!;
        spec["proxmox"]![field] = JsonNode.Parse(value);

        Assert.Contains(
            new ProxmoxProviderFactory().Check(System.Text.Json.JsonDocument.Parse(spec.ToJsonString()).RootElement),
            problem => problem.Message.Contains(expected, StringComparison.Ordinal)
        );
    }

    private static FakeProxmox Server()
    {
        FakeProxmox server = new();
        server.Mappings["a100"] =
        [
            "node=porsche,path=0000:01:00.0,id=10de:20b0",
            "node=porsche,path=0000:02:00.0,id=10de:20b0",
            "node=alfaromeo,path=0000:01:00.0,id=10de:20b0",
        ];
        return server;
    }

    private static string Spec(string options = "{}")
    {
        JsonNode spec = JsonNode.Parse(ProxmoxFixture.Sample)!;
        JsonObject proxmox = spec["proxmox"]!.AsObject();
        proxmox["deviceMappings"] = new JsonObject { [Gpu] = "a100" };
        proxmox["disk"] = "scsi0";
        foreach ((string name, JsonNode? value) in JsonNode.Parse(options)!.AsObject())
            proxmox["vmOptions"]!.AsArray().Add((JsonNode)new JsonObject { ["name"] = name, ["value"] = value!.DeepClone() });
        return spec.ToJsonString();
    }

    private static MachineRequest Request(string number, int gpus, int diskGiB = 0)
    {
        Dictionary<string, decimal> resources = [];
        if (gpus > 0)
            resources[Gpu] = gpus;
        if (diskGiB > 0)
            resources["ephemeral-storage"] = diskGiB * 1024m * 1024 * 1024;
        return ProxmoxFixture.Request($"11111111-aaaa-bbbb-cccc-00000000000{number}", $"gpu-{number}") with
        {
            Shape = "gpu",
            Resources = resources,
        };
    }
}
