namespace NodeManager.Sandbox.Seeding;

/// <summary>A pool of equal machines.</summary>
/// <param name="InstanceType">An AWS instance type.</param>
internal sealed record SeedPool(string Name, string InstanceType, int Cores, int Gibibytes, int Gpus = 0)
{
    /// <summary>The default limit of a kubelet.</summary>
    public const int Pods = 110;

    public static SeedPool ControlPlane { get; } = new("control-plane", "m6i.xlarge", 4, 16);

    public static SeedPool General { get; } = new("worker", "m6i.2xlarge", 8, 32);

    public static SeedPool Memory { get; } = new("memory", "r6i.2xlarge", 8, 64);

    public static SeedPool Gpu { get; } = new("gpu", "g5.2xlarge", 8, 32, 1);

    /// <summary>Without system and kube reservations.</summary>
    public decimal AllocatableCpu => Cores - 0.09m;

    /// <summary>Bytes, a whole number of Ki.</summary>
    public decimal CapacityMemory => Gibibytes * 1_017_000L * 1024m;

    /// <summary>Bytes, a whole number of Ki.</summary>
    public decimal AllocatableMemory => CapacityMemory - (990_000L * 1024m);

    /// <summary>The number of nodes per pool: three control-plane nodes if there are enough, some with GPUs, the rest general.</summary>
    public static IEnumerable<(SeedPool Pool, int Count)> Share(int nodes)
    {
        int control = nodes >= 6 ? 3 : 1;
        int rest = nodes - control;
        int gpu = rest >= 6 ? Math.Max(2, rest / 50) : 0;
        int memory = rest >= 6 ? Math.Max(2, rest / 6) : 0;
        return [(ControlPlane, control), (General, rest - gpu - memory), (Memory, memory), (Gpu, gpu)];
    }
}
