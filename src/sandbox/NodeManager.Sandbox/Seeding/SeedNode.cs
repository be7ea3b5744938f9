namespace NodeManager.Sandbox.Seeding;

/// <summary>A node of the demo cluster with its free capacity while pods are placed.</summary>
/// <param name="range">The prefix of pod addresses.</param>
/// <param name="takesPods">See <see cref="TakesPods"/>.</param>
internal sealed class SeedNode(StoredObject stored, SeedPool pool, string zone, string address, string range, bool takesPods)
{
    private int _pods;

    public StoredObject Stored { get; } = stored;

    public SeedPool Pool { get; } = pool;

    public string Zone { get; } = zone;

    public string Address { get; } = address;

    /// <summary>False if cordoned or silent: it only has daemons and earlier pods.</summary>
    public bool TakesPods { get; } = takesPods;

    public decimal FreeCpu { get; private set; } = pool.AllocatableCpu;

    public decimal FreeMemory { get; private set; } = pool.AllocatableMemory;

    public int FreeGpus { get; private set; } = pool.Gpus;

    public bool HasRoom(Workload workload) =>
        _pods < SeedPool.Pods && FreeCpu >= workload.Cpu && FreeMemory >= workload.Memory && FreeGpus >= workload.Gpus;

    /// <summary>Reserves a pod's requests and returns its address.</summary>
    public string Take(Workload workload)
    {
        FreeCpu -= workload.Cpu;
        FreeMemory -= workload.Memory;
        FreeGpus -= workload.Gpus;
        _pods++;
        return workload.IsOnHostNetwork ? Address : $"{range[..range.LastIndexOf('.')]}.{_pods + 1}";
    }
}
