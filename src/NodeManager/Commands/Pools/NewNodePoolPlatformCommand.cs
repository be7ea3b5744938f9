using System.Collections;
using NodeManager.Core.Nodes.Editing;
using NodeManager.NodePools.Validation;

namespace NodeManager.Commands;

[Cmdlet(VerbsCommon.New, "NodePoolPlatform")]
[OutputType(typeof(NodePoolPlatform))]
public sealed class NewNodePoolPlatformCommand : Bases.AsyncCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateSet(NodePoolPlatformType.Gcp, NodePoolPlatformType.Aws, NodePoolPlatformType.Azure)]
    public string Type { get; set; } = "";

    /// <summary><c>machineType</c>, <c>instanceType</c>, <c>vmSize</c>.</summary>
    [Parameter(Position = 1)]
    [Alias("InstanceType", "VmSize")]
    [ValidateNotNullOrEmpty]
    public string? MachineType { get; set; }

    /// <summary><c>diskSize</c>, <c>volumeSize</c>, <c>osDiskSizeGB</c>.</summary>
    [Parameter]
    [Alias("DiskSize", "VolumeSize", "OsDiskSizeGB")]
    [ValidateRange(1, int.MaxValue)]
    public int? DiskSizeGB { get; set; }

    /// <summary><c>diskType</c>, <c>volumeType</c>, <c>osDiskType</c>.</summary>
    [Parameter]
    [Alias("VolumeType", "OsDiskType")]
    [ArgumentCompleter(typeof(PoolValueCompleter))]
    [ValidateNotNullOrEmpty]
    public string? DiskType { get; set; }

    /// <summary><c>zones</c>, <c>availabilityZones</c>.</summary>
    [Parameter]
    [Alias("Zones", "AvailabilityZone", "AvailabilityZones")]
    [ValidateNotNullOrEmpty]
    public string[] Zone { get; set; } = [];

    /// <summary><c>preemptible</c>, <c>spotInstances</c>.</summary>
    [Parameter]
    [Alias("Preemptible", "SpotInstances")]
    public bool? Spot { get; set; }

    [Parameter]
    [Alias("Accelerators")]
    [ValidateNotNullOrEmpty]
    public string[] Accelerator { get; set; } = [];

    [Parameter]
    [Alias("Labels")]
    [ArgumentCompleter(typeof(LabelSelectorCompleter))]
    [Entries]
    [ValidateNotNull]
    public IDictionary Label { get; set; } = new Hashtable();

    [Parameter]
    [Alias("Taints")]
    [ValidateNotNullOrEmpty]
    public string[] Taint { get; set; } = [];

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? UserData { get; set; }

    private protected override void End()
    {
        NodePoolPlatform platform = new()
        {
            Type = Type,
            MachineType = MachineType ?? "",
            DiskSizeGB = DiskSizeGB,
            DiskType = DiskType ?? "",
            Zones = new([.. Zone]),
            Spot = Spot,
            Accelerators = new([.. Accelerator.Select(AcceleratorText.Parse)]),
            Labels = new(TextMap.From(Label, ErrorIds.InvalidLabelValue)),
            Taints = new([.. Taint.Select(TaintText.Parse)]),
            UserData = UserData ?? "",
        };
        PoolSpecRules.Require(platform);
        WriteObject(platform);
    }
}
