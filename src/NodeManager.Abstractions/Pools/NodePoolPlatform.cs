namespace NodeManager;

/// <summary>
/// The machines of a node pool. One name for what each platform calls differently: the machine type is <c>machineType</c> on gcp,
/// <c>instanceType</c> on aws and <c>vmSize</c> on azure.
/// </summary>
public sealed class NodePoolPlatform
{
    /// <summary><c>gcp</c>, <c>aws</c> or <c>azure</c>; see <see cref="NodePoolPlatformType"/>. Empty for a NodeSmithPool.</summary>
    public string Type { get; init; } = "";

    public string MachineType { get; init; } = "";

    /// <summary>The size of a node's disk in GB. Null: the platform's default.</summary>
    public int? DiskSizeGB { get; init; }

    public string DiskType { get; init; } = "";

    /// <summary>The zones that the nodes are spread over. Empty: the platform chooses.</summary>
    public ItemList<string> Zones { get; init; } = ItemList<string>.Empty;

    /// <summary>Machines that the platform may take back at any time (preemptible, spot). Null: the platform's default, which is no.</summary>
    public bool? Spot { get; init; }

    /// <summary>On gcp only.</summary>
    public ItemList<NodePoolAccelerator> Accelerators { get; init; } = ItemList<NodePoolAccelerator>.Empty;

    /// <summary>Labels of the nodes. On gcp, and of a NodeSmithPool.</summary>
    public StringMap Labels { get; init; } = StringMap.Empty;

    /// <summary>Taints of the nodes. On gcp, and of a NodeSmithPool.</summary>
    public ItemList<NodeTaint> Taints { get; init; } = ItemList<NodeTaint>.Empty;

    /// <summary>The user data that a machine runs at its first start. On aws only.</summary>
    public string UserData { get; init; } = "";

    public override string ToString() => MachineType.Length == 0 ? Type : $"{Type} {MachineType}";
}
