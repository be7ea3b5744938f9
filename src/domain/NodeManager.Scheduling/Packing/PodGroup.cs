using NodeManager.Scheduling.Filters;

namespace NodeManager.Scheduling.Packing;

/// <summary>Pods that all rules treat equally.</summary>
internal sealed class PodGroup(Pod first, long[] need, string nodeKey)
{
    /// <summary>Represents all of them for the rules.</summary>
    public Pod First { get; } = first;

    public long[] Need { get; } = need;

    /// <summary>Equal for groups that the rules about single nodes treat equally.</summary>
    public string NodeKey { get; } = nodeKey;

    public List<Pod> Pods { get; } = [];

    public int Placed { get; set; }

    public int Remaining => Pods.Count - Placed;

    public List<SpreadTerm> Spreads { get; } = [];

    /// <summary>The counters of its required affinity terms.</summary>
    public List<TopologyCounter> Near { get; } = [];

    /// <summary>True if it matches its own affinity terms: its first pod may be placed anywhere.</summary>
    public bool AttractsItself { get; set; }

    /// <summary>The counters of anti-affinity, its own and that of other pods against it.</summary>
    public List<TopologyCounter> Apart { get; } = [];

    /// <summary>The counters that include its pods.</summary>
    public List<TopologyCounter> Counts { get; } = [];

    public List<HostPort> Ports { get; } = [.. HostPort.Of(first)];

    /// <summary>The slots that may take its pods.</summary>
    public List<PackingSlot>? Candidates { get; set; }

    /// <summary>By number: the offers whose machines may take its pods; null: not determined yet.</summary>
    public bool[]? AcceptedOffers { get; set; }

    /// <summary>The number of machines when the candidates were last completed.</summary>
    public int SeenMachines { get; set; }

    /// <summary>True if a pod does not prevent the next one on the node: several may be placed in one step.</summary>
    public bool MayFillUp => Spreads.Count + Ports.Count == 0 && !(Apart.Count > 0 && Apart.Exists(Counts.Contains));

    /// <summary>True if the placement of other pods may make room for it.</summary>
    public bool MayFitLater => Spreads.Count + Near.Count > 0;

    /// <summary>True if the domains have the pods of its required affinity.</summary>
    public bool IsNear(int[] domains)
    {
        bool isFirst = AttractsItself && Near.TrueForAll(static near => near.IsEmpty);
        foreach (TopologyCounter near in Near)
        {
            int domain = domains[near.Key];
            if (domain < 0 || (!isFirst && near.Of(domain) == 0))
                return false;
        }

        return true;
    }
}

/// <summary>A spread constraint of a group.</summary>
/// <param name="MinDomains">With fewer domains the minimum is 0.</param>
/// <param name="Self">1 if the pod itself counts.</param>
internal sealed record SpreadTerm(TopologyCounter Counter, int MaxSkew, int MinDomains, int Self);
