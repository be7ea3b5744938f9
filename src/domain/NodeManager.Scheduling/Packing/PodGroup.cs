using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling.Filters;

namespace NodeManager.Scheduling.Packing;

/// <summary>Pods that all rules treat equally.</summary>
internal sealed class PodGroup(Pod first, long[] need, string nodeKey)
{
    /// <summary>What the rules look at in place of each.</summary>
    public Pod First { get; } = first;

    public long[] Need { get; } = need;

    /// <summary>Equal for groups that the rules about single nodes treat equally.</summary>
    public string NodeKey { get; } = nodeKey;

    public List<Pod> Pods { get; } = [];

    /// <summary>How many have a place.</summary>
    public int Placed { get; set; }

    public int Left => Pods.Count - Placed;

    public List<SpreadTerm> Spreads { get; } = [];

    /// <summary>Pods near which it must be, a counter for each term.</summary>
    public List<TopologyCounter> Near { get; } = [];

    /// <summary>It meets its own terms of affinity: the first of its kind may start anywhere.</summary>
    public bool AttractsItself { get; set; }

    /// <summary>Pods from which it must be apart, and those that must be apart from it.</summary>
    public List<TopologyCounter> Apart { get; } = [];

    /// <summary>The counters in which its pods count.</summary>
    public List<TopologyCounter> Counts { get; } = [];

    public List<HostPort> Ports { get; } = [.. HostPort.Of(first)];

    /// <summary>Where it may still go; those that will never do are dropped.</summary>
    public List<PackingSlot>? Candidates { get; set; }

    /// <summary>How many machines had been opened when the candidates were last completed.</summary>
    public int SeenMachines { get; set; }

    /// <summary>One pod of it on a node does not keep the next away: many may be placed in one step.</summary>
    public bool MayFillUp => Spreads.Count + Ports.Count == 0 && !Apart.Exists(Counts.Contains);

    /// <summary>Another pod placed somewhere may make room for it.</summary>
    public bool MayFitLater => Spreads.Count + Near.Count > 0;

    /// <summary>Whether the domains have the pods that the group must be near.</summary>
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
/// <param name="Counter">What it counts.</param>
/// <param name="MaxSkew">The constraint's.</param>
/// <param name="MinDomains">With fewer domains the least count is 0.</param>
/// <param name="Self">1 where the pod itself counts.</param>
internal sealed record SpreadTerm(TopologyCounter Counter, int MaxSkew, int MinDomains, int Self);
