using NodeManager.Autoscaling.Collection;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Machines;

namespace NodeManager.Core.Tests.Autoscaling;

/// <summary>When a claim has lost its machine, whatever has the machine's id now.</summary>
public class MachineLossTests
{
    private const string Own = "11111111-aaaa-bbbb-cccc-000000000001",
        Other = "11111111-aaaa-bbbb-cccc-000000000002";

    // The provider's answer, the claim on the machine, its state, whether the claim's node is Ready; whether the claim is removed, and whether something is reported.
    [Theory]
    [InlineData(MachineOutcome.NotFound, null, "", false, true, "is gone")]
    [InlineData(MachineOutcome.NotFound, null, "", true, false, "is Ready")]
    [InlineData(MachineOutcome.Succeeded, Own, MachineStatus.Running, false, false, "")]
    [InlineData(MachineOutcome.Succeeded, Own, MachineStatus.Stopped, true, false, "")]
    [InlineData(MachineOutcome.Succeeded, Other, MachineStatus.Running, false, true, $"carries claim {Other}")]
    [InlineData(MachineOutcome.Succeeded, Other, MachineStatus.Running, true, false, "is Ready")]
    [InlineData(MachineOutcome.Succeeded, "", MachineStatus.Running, false, true, "carries no claim of this provider")]
    [InlineData(MachineOutcome.Succeeded, "", MachineStatus.Stopped, false, true, "carries no claim of this provider")]
    [InlineData(MachineOutcome.Succeeded, "", MachineStatus.Running, true, false, "is Ready")]
    [InlineData(MachineOutcome.Succeeded, "", MachineStatus.Creating, false, false, "")]
    [InlineData(MachineOutcome.Succeeded, null, "", false, false, "")]
    [InlineData(MachineOutcome.Unavailable, null, "", false, false, "")]
    [InlineData(MachineOutcome.Pending, "", MachineStatus.Running, false, false, "")]
    [InlineData(MachineOutcome.Forbidden, null, "", false, false, "")]
    public void A_lost_machine_is_judged_as_in_the_table(
        MachineOutcome outcome,
        string? carries,
        string status,
        bool isNodeReady,
        bool isLost,
        string reason
    )
    {
        var claim = new NodeSmithClaim
        {
            Metadata = new() { Name = "small-1", Uid = Own },
            Spec = new() { PoolRef = "small" },
            Status = new() { ProviderID = "proxmox://garage/vms/1250", MachineName = "small-1" },
        };
        Machine? machine = carries is null
            ? null
            : new()
            {
                Name = "small-1",
                Provider = "proxmox",
                ProviderId = "proxmox://garage/vms/1250",
                ClaimUid = carries,
                Status = status,
            };

        MachineLoss loss = MachineLoss.Judge(claim, new(outcome, machine, ""), isNodeReady ? "small-1" : null);

        Assert.Equal(isLost, loss.IsLost);
        if (reason.Length == 0)
            Assert.Equal("", loss.Reason);
        else
            Assert.Contains(reason, loss.Reason, StringComparison.Ordinal);
    }
}
