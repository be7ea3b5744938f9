using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling.Packing;

/// <summary>Why a pod gets no machine of an offer, in the order in which it is asked: a later one came closer.</summary>
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

    /// <summary>The caller does not create a machine of the offer for such pods.</summary>
    Caller,
}

/// <summary>Where a pod goes: a node or a machine, or neither and why.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Node">The node of the snapshot; null without.</param>
/// <param name="Machine">The new machine; null without.</param>
/// <param name="Refusals">Where it gets neither: what each offer answered.</param>
public sealed record PackedPod(
    Pod Pod,
    string? Node,
    PackedMachine? Machine,
    IReadOnlyList<(MachineOffer Offer, PackingRefusal Why)> Refusals
);

/// <summary>A machine to make.</summary>
public sealed class PackedMachine
{
    internal PackedMachine(MachineOffer offer, string name, int offerNumber)
    {
        OfferNumber = offerNumber;
        Offer = offer;
        Name = name;
    }

    public MachineOffer Offer { get; }

    /// <summary>A name within the result; also the host name that rules saw.</summary>
    public string Name { get; }

    /// <summary>The cheapest one that holds its pods.</summary>
    public MachineSize Size { get; internal set; } = null!;

    public IReadOnlyList<Pod> Pods => PodList;

    internal int OfferNumber { get; }

    internal List<Pod> PodList { get; } = [];

    /// <summary>The node that it will be, as the rules see it.</summary>
    public Node ToNode()
    {
        Node template = Offer.Template;
        return new()
        {
            Metadata = new()
            {
                Name = Name,
                Labels = new(template.Metadata.Labels ?? [], StringComparer.Ordinal) { [TopologyKeys.HostName] = Name },
            },
            Spec = new() { Taints = template.Spec.Taints },
            Status = new()
            {
                Allocatable = Size.Allocatable.ToDictionary(
                    static pair => pair.Key,
                    static pair => new Kubernetes.Quantities.Quantity(pair.Value, Kubernetes.Quantities.QuantityFormat.DecimalSI)
                ),
            },
        };
    }
}

internal static class TopologyKeys
{
    public const string HostName = "kubernetes.io/hostname";
}
