using System.Text;
using NodeManager.Core.Machines;
using NodeManager.Providers.Proxmox;

namespace NodeManager.Providers.Tests.Proxmox;

/// <summary>Taints that hold from a node's start: the guest finds them in SMBIOS before its kubelet registers.</summary>
public sealed class ProxmoxSmbiosTests
{
    private const string Uuid = "0a1b2c3d-1111-2222-3333-444455556666";
    private static readonly string Passing = ProxmoxFixture.Sample.Replace(
        "\"managedNodeTag\"",
        "\"taintsInSmbios\":true,\"managedNodeTag\"",
        StringComparison.Ordinal
    );
    private static readonly MachineRequest Tainted = ProxmoxFixture.Request() with
    {
        Taints = ["dedicated=batch:NoSchedule", "example.com/agent:NoExecute"],
    };

    [Theory]
    [InlineData(null)]
    [InlineData("uuid=" + Uuid + ",serial=CONTAINERD01")]
    [InlineData("base64=1,uuid=" + Uuid + ",serial=Q09OVEFJTkVSRDAx,sku=b2xk")]
    public async Task A_machine_has_the_taints_of_its_pool_before_it_starts(string? ofTemplate)
    {
        using var server = new FakeProxmox();
        string spec = Passing;
        if (ofTemplate is not null)
        {
            spec = Passing.Replace("\"managedNodeTag\"", "\"template\":{\"vmID\":9000},\"managedNodeTag\"", StringComparison.Ordinal);
            server.Add(
                9000,
                new()
                {
                    ["name"] = "template",
                    ["template"] = "1",
                    ["smbios1"] = ofTemplate,
                    ["scsi0"] = "local-zfs:base-9000-disk-0",
                },
                isRunning: false
            );
        }

        using ProxmoxProvider provider = ProxmoxFixture.Create(server, spec);
        MachineResult made = await provider.ProvisionAsync(Tainted, default);

        Assert.True(made.Outcome == MachineOutcome.Succeeded, made.Reason);
        Dictionary<string, string> fields = FieldsOf(server.Vms.Values.Single(static vm => vm.Id != 9000).Configuration["smbios1"]);
        Assert.Equal("dedicated=batch:NoSchedule,example.com/agent:NoExecute", Decode(fields["sku"]));
        Assert.Equal((ofTemplate is null ? Tainted.ClaimUid : Uuid, "1"), (fields["uuid"], fields["base64"]));
        if (ofTemplate is not null)
            Assert.Equal("CONTAINERD01", Decode(fields["serial"]));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task SMBIOS_is_not_written_without_taints_or_request(bool isAsked, bool hasTaints)
    {
        using var server = new FakeProxmox();
        using ProxmoxProvider provider = ProxmoxFixture.Create(server, isAsked ? Passing : ProxmoxFixture.Sample);

        await provider.ProvisionAsync(hasTaints ? Tainted : ProxmoxFixture.Request(), default);

        Assert.DoesNotContain("smbios1", Assert.Single(server.Vms.Values).Configuration.Keys);
    }

    [Fact]
    public async Task Taints_that_are_too_long_are_refused_before_creation()
    {
        using var server = new FakeProxmox();
        using ProxmoxProvider provider = ProxmoxFixture.Create(server, Passing);

        MachineResult result = await provider.ProvisionAsync(
            Tainted with
            {
                Taints = [.. Enumerable.Range(0, 12).Select(static i => $"example.com/a-rather-long-key-{i}=with-a-value:NoSchedule")],
            },
            default
        );

        Assert.Equal(MachineOutcome.Invalid, result.Outcome);
        Assert.Contains("too long for SMBIOS", result.Reason, StringComparison.Ordinal);
        Assert.Empty(server.Vms);
    }

    [Fact]
    public void A_machine_of_a_claim_without_a_UUID_gets_a_stable_one()
    {
        MachineRequest manual = Tainted with { ClaimUid = "manual-1234" };

        Assert.Equal(ProxmoxSmbios.WithTaints(null, manual), ProxmoxSmbios.WithTaints("", manual));
        Assert.NotEqual(
            FieldsOf(ProxmoxSmbios.WithTaints(null, manual))["uuid"],
            FieldsOf(ProxmoxSmbios.WithTaints(null, manual with { ClaimUid = "manual-1235" }))["uuid"]
        );
    }

    private static Dictionary<string, string> FieldsOf(string smbios) =>
        smbios.Split(',').Select(static one => one.Split('=', 2)).ToDictionary(static one => one[0], static one => one[1]);

    private static string Decode(string text) => Encoding.UTF8.GetString(Convert.FromBase64String(text));
}
