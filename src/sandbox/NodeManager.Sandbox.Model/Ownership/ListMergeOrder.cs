namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>The order of a merged list: applied elements in their order, the others at their former positions between them.</summary>
internal static class ListMergeOrder
{
    /// <summary>Positions in the live and the applied list; -1 where an element is missing.</summary>
    public static List<(int Live, int Applied)> Of(PathElement[] live, PathElement[] applied)
    {
        var inLive = new Dictionary<PathElement, int>();
        for (int i = 0; i < live.Length; i++)
            inLive.TryAdd(live[i], i);
        var inApplied = new Dictionary<PathElement, int>();
        for (int i = 0; i < applied.Length; i++)
            inApplied.TryAdd(applied[i], i);
        int[] shared = [.. Enumerable.Range(0, applied.Length).Where(index => inLive.ContainsKey(applied[index]))];

        var order = new List<(int Live, int Applied)>(live.Length + applied.Length);
        var taken = new HashSet<PathElement>();
        int left = 0,
            right = 0,
            next = 0;
        while (left < live.Length || right < applied.Length)
        {
            if (left < live.Length)
            {
                PathElement element = live[left];
                if (!inApplied.ContainsKey(element))
                {
                    order.Add((left++, -1));
                    continue;
                }

                bool isNext = next < shared.Length && applied[shared[next]].Equals(element);
                if (taken.Contains(element) || (right < applied.Length && !isNext))
                {
                    left++;
                    continue;
                }
            }

            PathElement its = applied[right];
            if (taken.Add(its))
                order.Add((inLive.GetValueOrDefault(its, -1), right));
            if (next < shared.Length && shared[next] == right)
                next++;
            right++;
        }

        return order;
    }
}
