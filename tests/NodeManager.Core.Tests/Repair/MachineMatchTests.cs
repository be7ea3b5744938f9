using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;
using NodeManager.Monitoring.Repair.Machines;

namespace NodeManager.Core.Tests.Repair;

/// <summary>Which machine is a node's: ids and names come again, and a repair restarts or destroys what is found.</summary>
public class MachineMatchTests
{
    private const string Own = "11111111-aaaa-bbbb-cccc-000000000001",
        Other = "11111111-aaaa-bbbb-cccc-000000000002",
        Id = "proxmox://garage/vms/1250";
    private static readonly DateTimeOffset Made = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    // The node's id, the claim that its annotation names, the claim that the machine of this id and name carries, seconds from the machine to the node.
    [Theory]
    [InlineData(Id, Own, Own, 30, true)]
    [InlineData("", Own, Own, 30, true)]
    [InlineData(Id, "", Own, 30, true)]
    [InlineData(Id, "", "manual-1234", 30, true)]
    [InlineData(Id, "", "manual-1234", -30, true)]
    [InlineData(Id, Own, Own, -30, false)]
    [InlineData("", Own, Own, -30, false)]
    [InlineData(Id, "", Own, -30, false)]
    [InlineData(Id, Other, Own, 30, false)]
    [InlineData(Id, Other, Own, -30, false)]
    [InlineData(Id, Own, "", 30, false)]
    [InlineData(Id, Own, "manual-1234", 30, false)]
    [InlineData("proxmox://garage/vms/1251", Own, Own, 30, false)]
    public void A_machine_matches_a_node_as_in_the_table(string nodeId, string annotated, string carries, int seconds, bool isFound)
    {
        var node = new Node
        {
            Metadata = new()
            {
                Name = "small-1",
                Uid = "n",
                CreationTimestamp = Made.AddSeconds(seconds),
                Annotations = annotated.Length > 0 ? new() { [NodeSmithNames.ClaimUidAnnotation] = annotated } : null,
            },
            Spec = new() { ProviderID = nodeId.Length > 0 ? nodeId : null },
        };
        var claim = new NodeSmithClaim
        {
            Metadata = new()
            {
                Name = "small-1",
                Uid = Own,
                CreationTimestamp = Made.AddSeconds(-1),
            },
            Spec = new() { PoolRef = "small" },
            Status = new()
            {
                ProviderID = Id,
                MachineName = "small-1",
                MachineCreated = Made,
            },
        };
        var machine = new Machine
        {
            Name = "small-1",
            Provider = "proxmox",
            ProviderId = Id,
            ClaimUid = carries,
            Status = MachineStatus.Running,
            IsManaged = true,
        };

        (Machine? found, string problem) = MachineMatch.Find(node, [machine], [claim]);

        Assert.Equal(isFound, found is not null);
        Assert.Equal(isFound, problem.Length == 0);
    }
}
