using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Completion;
using NodeManager.NodePools;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Planning;
using NodeManager.Parameters;

namespace NodeManager.Commands;

/// <summary>Changes node pools. What is not named stays as it is.</summary>
[Cmdlet(VerbsCommon.Set, "NodePool", DefaultParameterSetName = ByObject, SupportsShouldProcess = true)]
[OutputType(typeof(NodePool), typeof(NodePoolPlan))]
public sealed class SetNodePoolCommand : PoolSpecCmdlet, IClusterChange
{
    private const string ByName = "ByName";
    private const string ById = "ById";

    // The default set; see NodeCmdlet.
    private const string ByObject = "ByObject";

    /// <summary>The name of the protected cluster that may be changed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    /// <summary>Names; wildcards stand for the pools that they match.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(NodePoolNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>The provider's ids.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ById)]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>A pool, or what stands for one; see PoolTargetCmdlet.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [PoolRows]
    [ValidateNotNull]
    public ClusterObject? InputObject { get; set; }

    /// <summary>How many pools are worked on concurrently.</summary>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 8;

    /// <summary>Renames the pool.</summary>
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

    /// <summary>Replaces all zones; an empty list lets the platform choose.</summary>
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

    /// <summary>What a machine runs at its first start; empty removes it.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? UserData { get; set; }

    /// <summary>The NodeSmithProvider of the machines. For pools of the cluster.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NodeProviderCompleter))]
    [ValidateNotNullOrEmpty]
    public string? NodeProvider { get; set; }

    /// <summary>A JSON merge patch of the specification: a hashtable, or JSON. A value of null removes a field.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? Patch { get; set; }

    /// <summary>Emit each pool as it then is.</summary>
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
