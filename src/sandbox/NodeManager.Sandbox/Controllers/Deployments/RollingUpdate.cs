using NodeManager.Kubernetes.Models;

namespace NodeManager.Sandbox.Controllers.Deployments;

/// <summary>The arithmetic of a rolling update. Source: k8s.io/kubernetes/pkg/controller/deployment.</summary>
/// <param name="Replicas">Desired.</param>
/// <param name="MaxSurge">Pods in excess, resolved.</param>
/// <param name="MaxUnavailable">Missing pods, resolved.</param>
internal readonly record struct RollingUpdate(int Replicas, int MaxSurge, int MaxUnavailable)
{
    /// <summary>Surge rounds up, unavailable down; if both are 0, one may be unavailable.</summary>
    public static RollingUpdate Of(int replicas, DeploymentStrategy? strategy)
    {
        int surge = (strategy?.RollingUpdate?.MaxSurge ?? new("25%")).Resolve(replicas, roundUp: true);
        int unavailable = (strategy?.RollingUpdate?.MaxUnavailable ?? new("25%")).Resolve(replicas, roundUp: false);
        if (surge == 0 && unavailable == 0)
            unavailable = 1;
        return new(replicas, surge, Math.Min(unavailable, replicas));
    }

    /// <summary>The most pods during a rollout of any strategy.</summary>
    public static int MostOf(int replicas, DeploymentStrategy? strategy) =>
        strategy?.Type == "Recreate" ? replicas : replicas + Of(replicas, strategy).MaxSurge;

    /// <summary>The allowed size of the new set.</summary>
    public int NewSize(int newSize, int total)
    {
        if (newSize >= Replicas)
            return Replicas;
        return total >= Replicas + MaxSurge ? newSize : newSize + Math.Min(Replicas + MaxSurge - total, Replicas - newSize);
    }

    /// <summary>The sizes of old sets, oldest first: unavailable pods are removed first, then as many as allowed.</summary>
    public int[] OldSizes(IReadOnlyList<(int Size, int Available)> old, int newSize, int newAvailable)
    {
        int[] sizes = [.. old.Select(set => set.Size)];
        int minimum = Replicas - MaxUnavailable;
        int removable = sizes.Sum() + newSize - minimum - (newSize - newAvailable);
        if (removable <= 0)
            return sizes;
        int removed = 0;
        for (int index = 0; index < sizes.Length && removed < removable; index++)
        {
            int unhealthy = Math.Min(removable - removed, Math.Max(0, sizes[index] - old[index].Available));
            sizes[index] -= unhealthy;
            removed += unhealthy;
        }
        int spare = old.Sum(set => set.Available) + newAvailable - minimum;
        for (int index = 0; index < sizes.Length && spare > 0; index++)
        {
            int less = Math.Min(sizes[index], spare);
            sizes[index] -= less;
            spare -= less;
        }
        return sizes;
    }

    /// <summary>
    /// The sizes of all sets with pods when the Deployment is scaled during a rollout: proportional, with the remainder to the largest.
    /// Source: "Proportional scaling" of the Kubernetes documentation.
    /// </summary>
    /// <param name="sets">The size of each set, and the total allowed pods at its last scaling; the newest set last.</param>
    public int[] Proportional(IReadOnlyList<(int Size, int Allowed)> sets)
    {
        int[] sizes = [.. sets.Select(static set => set.Size)];
        int maximum = Replicas > 0 ? Replicas + MaxSurge : 0,
            toAdd = maximum - sizes.Sum(),
            added = 0;
        int[] order =
        [
            .. Enumerable.Range(0, sizes.Length).OrderByDescending(index => sets[index].Size).ThenBy(index => toAdd > 0 ? -index : index),
        ];
        foreach (int index in order)
        {
            if (toAdd == 0)
                break;
            (int size, int allowed) = sets[index];
            int share =
                Replicas == 0
                    ? -size
                    : (int)Math.Round((double)size * (Replicas + MaxSurge) / Math.Max(1, allowed), MidpointRounding.AwayFromZero) - size;
            share = toAdd > 0 ? Math.Min(share, toAdd - added) : Math.Max(share, toAdd - added);
            sizes[index] += share;
            added += share;
        }

        if (order.Length > 0)
            sizes[order[0]] = Math.Max(0, sizes[order[0]] + toAdd - added);
        return sizes;
    }
}
