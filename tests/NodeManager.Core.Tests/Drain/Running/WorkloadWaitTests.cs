using NodeManager.Core.Tests.Support;
using NodeManager.Drains.Workloads;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Tests.Drain.Running;

public sealed class WorkloadWaitTests
{
    // With a thousand pods, waking each of them at each event was most of the CPU time of a drain.
    [Fact]
    public void A_pod_that_waits_is_not_woken_by_changes_of_its_workload()
    {
        using WorkloadTurn turn = new(Waiting(), default, 0, static _ => { });
        WorkloadWait wait = new("Deployment shop/web");
        wait.Update(new(wait.Workload, 3, 4, []), 1);
        turn.ReportWait(wait);
        Task changed = turn.WaitChanged;

        for (int ready = 0; ready < 100; ready++)
        {
            wait.Update(new(wait.Workload, ready, 100, []), 25);
            turn.ReportWait(wait);
        }

        Assert.False(changed.IsCompleted);
        Assert.Equal(
            "Deployment shop/web: 99 of 100 pods are ready; at most 25 may be unavailable while several nodes are drained.",
            turn.Wait?.Reason
        );
    }

    [Fact]
    public void Pods_of_equal_turns_are_evicted_in_the_order_in_which_they_came()
    {
        WorkloadTurn[] turns = [.. Enumerable.Range(0, 5).Select(number => new WorkloadTurn(Waiting(), default, number, static _ => { }))];
        SortedSet<WorkloadTurn> waiting = [.. turns.Reverse()];

        Assert.Equal(turns, waiting);
    }

    private static Pod Waiting() =>
        Sample.Pod("""{"metadata":{"name":"web-1","ownerReferences":[{"kind":"ReplicaSet","name":"web","uid":"rs","controller":true}]}}""");
}
