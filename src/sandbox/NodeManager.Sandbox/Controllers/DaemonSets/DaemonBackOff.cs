namespace NodeManager.Sandbox.Controllers.DaemonSets;

/// <summary>
/// The back-off for failing pods of a DaemonSet per node: immediately, then a second, doubled up to 15 minutes; reset by a new template.
/// Source: k8s.io/kubernetes/pkg/controller/daemon.
/// </summary>
internal sealed class DaemonBackOff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private readonly Dictionary<(string Set, long Generation, string Node), (TimeSpan Pause, DateTimeOffset Since)> _pauses = [];

    /// <summary>The end of the back-off for a failed pod; null if it may be deleted now, which counts as a failure.</summary>
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
