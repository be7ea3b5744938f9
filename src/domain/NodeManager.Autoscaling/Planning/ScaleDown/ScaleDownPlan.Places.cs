using NodeManager.Autoscaling.Planning.ScaleUp;
using NodeManager.Scheduling;

namespace NodeManager.Autoscaling.Planning.ScaleDown;

// Places for the pods that are on their way to another node.
internal sealed partial class ScaleDownPlan
{
    /// <summary>How long a new pod is expected to wait for the scheduler, which then places it or reports it as unschedulable.</summary>
    private static readonly TimeSpan SchedulingTime = TimeSpan.FromMinutes(1);

    // Without these places, a plan during a drain would remove a node whose pods need the same room.
    private void KeepPlaces()
    {
        List<NodeState> others = [.. _up.Snapshot.Nodes.Where(node => _targets.Contains(node.Name))];
        foreach (PoolMember leaving in _pools.SelectMany(static pool => pool.Members).Where(static member => member.IsLeaving))
        {
            if (leaving.Node is null || _up.Snapshot.Node(leaving.Node.Metadata.Name) is not { } node)
                continue;
            foreach (Pod pod in node.Pods.Select(static one => one.Pod).Where(HasSuccessor).ToList())
            {
                _simulator.Remove(pod);
                if (!KeepPlace(pod, others))
                    _simulator.Assume(pod, node.Name);
            }
        }

        foreach (Pod pod in _up.Unjudged)
        {
            DateTimeOffset created = pod.Metadata.CreationTimestamp ?? default;
            DateTimeOffset until = _up.FutureTimes.Of($"pending {pod.Metadata.Uid}", created) + SchedulingTime;
            if (until <= _input.Now)
                continue;
            Changes.Add(until);
            KeepPlace(pod, others);
        }
    }

    private bool KeepPlace(Pod pod, List<NodeState> others)
    {
        if (_simulator.Find(pod, others, takesFirst: true).Node is not { } target)
            return false;
        _simulator.Assume(pod, target);
        _receivers.Add(target);
        return true;
    }

    // A terminating pod may not have its successor yet.
    private bool HasSuccessor(Pod pod) =>
        !pod.IsFinished() && !pod.IsMirror() && pod.Controller() is { Kind: not "DaemonSet" } && !IsExpendable(pod);
}
