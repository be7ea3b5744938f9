using NodeManager.NodePools;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Planning;

namespace NodeManager.Commands;

/// <summary>Changes node pools. Only bound parameters are changed.</summary>
[Cmdlet(VerbsCommon.Set, "NodePool", DefaultParameterSetName = ByObject, SupportsShouldProcess = true)]
[OutputType(typeof(NodePool), typeof(NodePoolPlan))]
public sealed class SetNodePoolCommand : PoolSpecCmdlet, IClusterChange
{
    private const string ByName = "ByName";
    private const string ById = "ById";

    private const string ByObject = "ByObject";

    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    /// <summary>Names; wildcards match pools.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(NodePoolNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = ById)]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>A pool, or an object that stands for one; see PoolTargetCmdlet.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [PoolRows]
    [ValidateNotNull]
    public ClusterObject? InputObject { get; set; }

    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 8;

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? NewName { get; set; }

    [Parameter]
    [Alias("InstanceType", "VmSize")]
    [ValidateNotNullOrEmpty]
    public string? MachineType { get; set; }

    [Parameter]
    [Alias("DiskSize", "VolumeSize", "OsDiskSizeGB")]
    [ValidateRange(1, int.MaxValue)]
    public int? DiskSizeGB { get; set; }

    [Parameter]
    [Alias("VolumeType", "OsDiskType")]
    [ArgumentCompleter(typeof(PoolValueCompleter))]
    [ValidateNotNullOrEmpty]
    public string? DiskType { get; set; }

    /// <summary>Replaces all zones; with an empty list, the platform chooses.</summary>
    [Parameter]
    [Alias("Zones", "AvailabilityZone", "AvailabilityZones")]
    [AllowEmptyCollection]
    public string[]? Zone { get; set; }

    [Parameter]
    [Alias("Preemptible", "SpotInstances")]
    public bool Spot { get; set; }

    /// <summary>Replaces all accelerators, as <c>TYPE=COUNT</c>.</summary>
    [Parameter]
    [Alias("Accelerators")]
    [AllowEmptyCollection]
    public string[]? Accelerator { get; set; }

    [Parameter]
    [AllowEmptyString]
    public string? UserData { get; set; }

    /// <summary>The NodeSmithProvider of the machines, for pools of the cluster.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NodeProviderCompleter))]
    [ValidateNotNullOrEmpty]
    public string? NodeProvider { get; set; }

    /// <summary>A JSON merge patch of the specification, as a hashtable or JSON; null removes a field.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? Patch { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override int WorkLimit => ThrottleLimit;

    private protected override void Process() => ForEachPool(Name, Id, ParameterSetName == ByObject ? InputObject : null, Process);

    private void Process(PoolReference pool)
    {
        PoolChange change = Read();
        IPoolFormat format = pool.Context.Provider.Format;
        PoolEdit edit = new() { NewName = NewName, Patch = spec => format.PatchOf(change, spec, pool.Target.Text) };
        Change(
            pool,
            NewName is null ? "Change node pool" : $"Change node pool, rename to '{NewName}'",
            ConfirmImpact.Medium,
            worker => PoolPlanner.PlanChangeAsync(pool.Context, pool.Target, edit, worker, worker.Token),
            async worker =>
            {
                NodePool changed = await PoolEditor.ApplyAsync(pool.Context, pool.Target, edit, worker, worker.Token);
                if (PassThru)
                    worker.Output(changed);
            }
        );
    }

    private PoolChange Read() =>
        ReadChange() with
        {
            MachineType = MachineType,
            DiskSizeGB = DiskSizeGB,
            DiskType = DiskType,
            Zones = Zone,
            Spot = Given(nameof(Spot), Spot),
            Accelerators = Accelerator?.Select(AcceleratorText.Parse).ToList(),
            UserData = UserData,
            NodeProvider = NodeProvider,
            Patch = Patch is null ? null : PoolInput.ReadPatch(Patch),
        };
}
