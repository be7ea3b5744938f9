using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Seeding;

/// <summary>A node of the demo cluster and what is still free on it while pods are put there.</summary>
/// <param name="stored">The node.</param>
/// <param name="pool">Its pool.</param>
/// <param name="zone">Where it is.</param>
/// <param name="address">Its own.</param>
/// <param name="range">Of the addresses of its pods.</param>
/// <param name="takesPods">See <see cref="TakesPods"/>.</param>
internal sealed class SeedNode(StoredObject stored, SeedPool pool, string zone, string address, string range, bool takesPods)
{
    private int _pods;

    public StoredObject Stored { get; } = stored;

    public SeedPool Pool { get; } = pool;

    public string Zone { get; } = zone;

    public string Address { get; } = address;

    /// <summary>False where it is cordoned or silent: only daemons are there, or what was there before.</summary>
    public bool TakesPods { get; } = takesPods;

    public decimal FreeCpu { get; private set; } = pool.AllocatableCpu;

    public decimal FreeMemory { get; private set; } = pool.AllocatableMemory;

    public int FreeGpus { get; private set; } = pool.Gpus;

    public bool HasRoom(Workload workload) =>
        _pods < SeedPool.Pods && FreeCpu >= workload.Cpu && FreeMemory >= workload.Memory && FreeGpus >= workload.Gpus;

    /// <summary>Takes the room of a pod and gives its address in the node's range.</summary>
    public string Take(Workload workload)
    {
        FreeCpu -= workload.Cpu;
        FreeMemory -= workload.Memory;
        FreeGpus -= workload.Gpus;
        _pods++;
        return workload.IsOnHostNetwork ? Address : $"{range[..range.LastIndexOf('.')]}.{_pods + 1}";
    }
}
