namespace NodeManager.NodePools.Documents;

/// <summary>A platform's field names for a pool's machines; null for fields that it does not have.</summary>
/// <param name="Type">A <see cref="NodePoolPlatformType"/>, and the name of the object with the fields.</param>
/// <param name="MinimumDiskSize">In GB.</param>
/// <param name="DiskTypes">The values that the platform accepts.</param>
internal sealed record PlatformFields(
    string Type,
    string MachineType,
    string DiskSize,
    string DiskType,
    string Zones,
    string Spot,
    int MinimumDiskSize,
    IReadOnlyList<string> DiskTypes
)
{
    public const string Accelerators = "accelerators";

    public const string Labels = "labels";

    public const string Taints = "taints";

    public const string UserData = "userData";

    public static PlatformFields Gcp { get; } =
        new(
            NodePoolPlatformType.Gcp,
            "machineType",
            "diskSize",
            "diskType",
            "zones",
            "preemptible",
            10,
            ["pd-standard", "pd-ssd", "pd-balanced"]
        )
        {
            Others = [Accelerators, Labels, Taints],
        };

    public static PlatformFields Aws { get; } =
        new(
            NodePoolPlatformType.Aws,
            "instanceType",
            "volumeSize",
            "volumeType",
            "availabilityZones",
            "spotInstances",
            8,
            ["gp2", "gp3", "io1", "io2"]
        )
        {
            Others = [UserData],
        };

    public static PlatformFields Azure { get; } =
        new(
            NodePoolPlatformType.Azure,
            "vmSize",
            "osDiskSizeGB",
            "osDiskType",
            "availabilityZones",
            "spotInstances",
            30,
            ["Standard_LRS", "Premium_LRS", "StandardSSD_LRS"]
        );

    /// <summary>The fields that only some platforms have.</summary>
    public IReadOnlyList<string> Others { get; private init; } = [];

    public IEnumerable<string> All => [MachineType, DiskSize, DiskType, Zones, Spot, .. Others];

    /// <summary>Null for an unknown platform.</summary>
    public static PlatformFields? Of(string type) =>
        type switch
        {
            NodePoolPlatformType.Gcp => Gcp,
            NodePoolPlatformType.Aws => Aws,
            NodePoolPlatformType.Azure => Azure,
            _ => null,
        };
}
