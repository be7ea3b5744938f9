namespace NodeManager.Sandbox.Controllers.DaemonSets;

/// <summary>Decides which pods of a DaemonSet are deleted and created. Source: k8s.io/kubernetes/pkg/controller/daemon.</summary>
/// <param name="surge">
/// The number of nodes that may have a second pod while the old one is available; 0: the old one is deleted first.
/// </param>
/// <param name="unavailable">The number of nodes that may lack an available pod during an update.</param>
/// <param name="waits">Whether a failed pod is in back-off; called once per pod.</param>
internal sealed class DaemonRollout(int surge, int unavailable, Func<DaemonPod, bool> waits)
{
    private readonly List<DaemonPod> _deleted = [];
    private readonly List<string> _created = [];

    public IReadOnlyList<DaemonPod> Deleted => _deleted;

    public IReadOnlyList<string> Created => _created;

    /// <summary>Keeps one pod per eligible node; two during a surge.</summary>
    public void Keep(DaemonNode node)
    {
        if (node.ShouldRun && node.Pods.Count == 0)
            _created.Add(node.Name);
        else if (!node.MayStay)
            _deleted.AddRange(node.Pods.Where(static pod => !pod.Stored.IsDeleting));
        else
        {
            _deleted.AddRange(node.Pods.Where(pod => !pod.Stored.IsDeleting && !pod.IsRunning && !(pod.Phase == "Failed" && waits(pod))));
            DaemonPod[] running = [.. node.Pods.Where(static pod => pod.IsRunning)];
            if (running.Length > 1)
                _deleted.AddRange(surge == 0 ? running.Skip(1) : Surplus(running));
            else if (running.Length == 0 && surge > 0 && node.ShouldRun)
                _created.Add(node.Name);
        }
    }

    /// <summary>The next step of the update.</summary>
    public void Update(IReadOnlyList<DaemonNode> nodes)
    {
        List<DaemonNode> concerned = [.. nodes.Where(static node => node.ShouldRun || node.Pods.Count > 0)];
        if (surge > 0)
            Surge(concerned);
        else
            Replace(concerned);
    }

    // The oldest of each template stays; of these the outdated one is deleted when it is unavailable or replaced.
    private static IEnumerable<DaemonPod> Surplus(DaemonPod[] running)
    {
        DaemonPod? current = Array.Find(running, static pod => pod.IsCurrent),
            old = Array.Find(running, static pod => !pod.IsCurrent);
        foreach (DaemonPod pod in running)
            if (pod != current && pod != old)
                yield return pod;
        if (current is not null && old is not null && (!old.IsReady || current.IsAvailable))
            yield return old;
    }

    private void Replace(List<DaemonNode> nodes)
    {
        int missing = 0;
        List<DaemonPod> candidates = [];
        foreach (DaemonNode node in nodes)
        {
            (DaemonPod? current, DaemonPod? old)? pair = node.Pair();
            if (pair is not (null, { } replaced))
            {
                if (pair is not ({ IsAvailable: true }, null))
                    missing++;
            }
            else if (replaced.IsAvailable)
                candidates.Add(replaced);
            else
            {
                _deleted.Add(replaced);
                missing++;
            }
        }

        _deleted.AddRange(candidates.Take(Math.Max(0, unavailable - missing)));
    }

    private void Surge(List<DaemonNode> nodes)
    {
        int surging = 0,
            available = 0;
        List<string> candidates = [];
        List<DaemonPod> misplaced = [];
        foreach (DaemonNode node in nodes)
        {
            if (node.Pair() is not var (current, old))
            {
                surging++;
                continue;
            }

            if ((old ?? current)?.IsAvailable == true)
                available++;
            if (old is null)
                continue;
            if (current is not null)
            {
                if (current.IsAvailable)
                    _deleted.Add(old);
                else
                    surging++;
            }
            else if (!node.ShouldRun)
                (old.IsAvailable ? misplaced : _deleted).Add(old);
            else
                (old.IsAvailable ? candidates : _created).Add(node.Name);
        }

        _deleted.AddRange(misplaced.Take(Math.Max(0, available - nodes.Count(static node => node.ShouldRun))));
        _created.AddRange(candidates.Take(Math.Max(0, surge - surging)));
    }
}
