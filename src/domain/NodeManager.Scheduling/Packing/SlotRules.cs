using NodeManager.Scheduling.Filters;

namespace NodeManager.Scheduling.Packing;

/// <summary>The scheduler's rules about single nodes, for pods that they treat equally; each node is evaluated once.</summary>
internal sealed class SlotRules(Pod pod, ClusterSnapshot snapshot)
{
    private readonly NodeUnschedulable _cordon = new(pod);
    private readonly TaintToleration _taints = new(pod, snapshot.MinorVersion);
    private readonly NodeAffinityFilter _affinity = new(pod, snapshot.MinorVersion, null);
    private readonly VolumeNodeAffinityFilter _volumes = new(pod, snapshot);
    private readonly Dictionary<MachineOffer, PackingRefusal?> _offers = [];
    private sbyte[] _slots = [];

    public bool Allows(PackingSlot slot)
    {
        if (slot.Number >= _slots.Length)
            Array.Resize(ref _slots, Math.Max(64, slot.Number * 2));
        if (_slots[slot.Number] == 0)
            _slots[slot.Number] = Fits(slot.State) ? (sbyte)1 : (sbyte)-1;
        return _slots[slot.Number] > 0;
    }

    public PackingRefusal? Refusal(MachineOffer offer)
    {
        if (!_offers.TryGetValue(offer, out PackingRefusal? why))
            _offers.Add(offer, why = RefusalOf(offer.State));
        return why;
    }

    private bool Fits(NodeState node) => !Refuses(_cordon, node) && RefusalOf(node) is null;

    private PackingRefusal? RefusalOf(NodeState node)
    {
        if (Refuses(_taints, node))
            return PackingRefusal.Taint;
        if (Refuses(_affinity, node))
            return PackingRefusal.NodeAffinity;
        return Refuses(_volumes, node) ? PackingRefusal.Volume : null;
    }

    // Unknown results are accepted: the scheduler may place it.
    private static bool Refuses(INodeFilter filter, NodeState node) => filter.Evaluate(node).Verdict == FitVerdict.DoesNotFit;
}
