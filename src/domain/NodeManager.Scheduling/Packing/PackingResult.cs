namespace NodeManager.Scheduling.Packing;

/// <summary>Why an offer provides no machine for a pod, in the order of the checks.</summary>
public enum PackingRefusal
{
    Taint,
    NodeAffinity,
    Volume,
    TooLarge,
    HostPort,
    PodAffinity,
    TopologySpread,
    ProviderStock,
    NodeLimit,
    CpuLimit,
    MemoryLimit,

    /// <summary>The caller excludes such pods.</summary>
    Caller,
}

/// <summary>The place of a pod: a node, a machine, or neither with the reasons.</summary>
/// <param name="Node">Null without a node.</param>
/// <param name="Machine">Null without a machine.</param>
/// <param name="Refusals">Without a place: the refusal of each offer.</param>
public sealed record PackedPod(
    Pod Pod,
    string? Node,
    PackedMachine? Machine,
    IReadOnlyList<(MachineOffer Offer, PackingRefusal Why)> Refusals
);

/// <summary>A machine to create.</summary>
public sealed class PackedMachine
{
    internal PackedMachine(MachineOffer offer, string name, int offerNumber)
    {
        OfferNumber = offerNumber;
        Offer = offer;
        Name = name;
    }

    public MachineOffer Offer { get; }

    /// <summary>A name within the result; also its hostname for the rules.</summary>
    public string Name { get; }

    /// <summary>The cheapest one that holds its pods.</summary>
    public MachineSize Size { get; internal set; } = null!;

    /// <summary>Why it was chosen; null: it is the first that held its pod.</summary>
    public MachineChoice? Choice { get; internal set; }

    public IReadOnlyList<Pod> Pods => PodList;

    internal int OfferNumber { get; }

    internal List<Pod> PodList { get; } = [];
}

internal static class TopologyKeys
{
    public const string HostName = "kubernetes.io/hostname";
}
