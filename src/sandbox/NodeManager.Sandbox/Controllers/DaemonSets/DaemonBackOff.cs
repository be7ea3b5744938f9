namespace NodeManager.Sandbox.Controllers.DaemonSets;

/// <summary>
/// Keeps a DaemonSet from replacing without a pause what fails again and again on a node: the first time immediately, then a second later, two,
/// four, up to 15 minutes; another template restarts it. Source: k8s.io/kubernetes/pkg/controller/daemon.
/// </summary>
internal sealed class DaemonBackOff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private readonly Dictionary<(string Set, long Generation, string Node), (TimeSpan Pause, DateTimeOffset Since)> _pauses = [];

    /// <summary>Until when a pod that failed stays where it is; null where it goes now, which is noted.</summary>
    /// <param name="set">The UID of the DaemonSet.</param>
    /// <param name="generation">The same's.</param>
    /// <param name="node">Where the pod is.</param>
    /// <param name="now">The cluster's time.</param>
    public DateTimeOffset? Until(string set, long generation, string node, DateTimeOffset now)
    {
        foreach (var old in _pauses.Where(pair => now - pair.Value.Since > Longest * 2).Select(static pair => pair.Key).ToArray())
            _pauses.Remove(old);
        TimeSpan pause = First;
        if (_pauses.TryGetValue((set, generation, node), out (TimeSpan Pause, DateTimeOffset Since) last))
        {
            if (now < last.Since + last.Pause)
                return last.Since + last.Pause;
            pause = last.Pause * 2 < Longest ? last.Pause * 2 : Longest;
        }

        _pauses[(set, generation, node)] = (pause, now);
        return null;
    }
}
