using NodeManager.Scheduling;

namespace NodeManager.Maintenance.Batches;

/// <summary>A pod that the drain of its node evicts and that its controller recreates.</summary>
public sealed class LeavingPod
{
    private const decimal BytesPerCore = 4m * 1024 * 1024 * 1024;

    /// <param name="budgets">The PodDisruptionBudgets that cover it.</param>
    public LeavingPod(Pod pod, IReadOnlyList<LeavingBudget> budgets)
    {
        Pod = pod;
        Budgets = budgets;
        Key = pod.Key();
        OwnerReference? controller = pod.Controller();
        Workload = controller?.Uid ?? Key;
        IsInterchangeable = controller?.Kind is not "StatefulSet";
        IReadOnlyDictionary<string, decimal> requests = PodRequests.Of(pod);
        Size = requests.GetValueOrDefault("cpu") + (requests.GetValueOrDefault("memory") / BytesPerCore);
    }

    public Pod Pod { get; }

    public IReadOnlyList<LeavingBudget> Budgets { get; }

    /// <summary><c>namespace/name</c>.</summary>
    public string Key { get; }

    /// <summary>UID of its controller.</summary>
    public string Workload { get; }

    /// <summary>False if a replacement has the same name and volumes, so that no other pod of the workload can replace it.</summary>
    public bool IsInterchangeable { get; }

    /// <summary>Large pods are placed before small ones.</summary>
    public decimal Size { get; }
}
