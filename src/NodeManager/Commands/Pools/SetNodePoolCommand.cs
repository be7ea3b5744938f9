using System.Collections;
using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Completion;
using NodeManager.Core.Pools.Documents;
using NodeManager.Core.Pools.Planning;
using NodeManager.Core.Pools.Running;
using NodeManager.Parameters;

namespace NodeManager.Commands;

/// <summary>Changes node pools. What is not named stays as it is.</summary>
[Cmdlet(VerbsCommon.Set, "NodePool", DefaultParameterSetName = ByObject, SupportsShouldProcess = true)]
[OutputType(typeof(NodePool), typeof(NodePoolPlan))]
public sealed class SetNodePoolCommand : PoolTargetCmdlet
{
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

    /// <summary>Labels to set; a value of null removes the label.</summary>
    [Parameter]
    [Alias("Labels")]
    [ValidateNotNull]
    public IDictionary? Label { get; set; }

    /// <summary>Replaces all taints, as <c>key=value:Effect</c>.</summary>
    [Parameter]
    [Alias("Taints")]
    [AllowEmptyCollection]
    public string[]? Taint { get; set; }

    /// <summary>What a machine runs at its first start; empty removes it.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? UserData { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int NodeCount { get; set; }

    [Parameter]
    public bool EnableAutoscaling { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int MinNodes { get; set; }

    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MaxNodes { get; set; }

    /// <summary>Per cent.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int TargetCpuUtilization { get; set; }

    /// <summary>Per cent.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int TargetMemoryUtilization { get; set; }

    [Parameter]
    [Duration]
    public TimeSpan ScaleDownDelay { get; set; }

    [Parameter]
    [Duration]
    public TimeSpan ScaleUpDelay { get; set; }

    /// <summary>An extension; sent only to a service that has returned it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Release { get; set; }

    /// <summary>An extension; sent only to a service that has returned it.</summary>
    [Parameter]
    [Duration]
    public TimeSpan DrainTimeout { get; set; }

    /// <summary>An extension; sent only to a service that has returned it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? MaxSurge { get; set; }

    /// <summary>An extension; sent only to a service that has returned it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? MaxUnavailable { get; set; }

    /// <summary>A JSON merge patch of the specification: a hashtable, or JSON. A value of null removes a field.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? Patch { get; set; }

    /// <summary>Emit each pool as it then is.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Begin()
    {
        DurationAttribute.RequireNotNegative(nameof(ScaleDownDelay), ScaleDownDelay);
        DurationAttribute.RequireNotNegative(nameof(ScaleUpDelay), ScaleUpDelay);
        DurationAttribute.RequireNotNegative(nameof(DrainTimeout), DrainTimeout);
    }

    private protected override void Process(PoolReference pool)
    {
        PoolChange change = ReadChange();
        PoolEdit edit = new() { NewName = NewName, Patch = spec => change.PatchOf(spec, pool.Target.Text) };
        Change(
            pool, NewName is null ? "Change node pool" : $"Change node pool, rename to '{NewName}'", ConfirmImpact.Medium,
            worker => PoolPlanner.PlanChangeAsync(pool.Context, pool.Target, edit, worker, worker.Token),
            async worker =>
            {
                NodePool changed = await PoolEditor.ApplyAsync(pool.Context, pool.Target, edit, worker, worker.Token);
                if (PassThru) worker.Output(changed);
            });
    }

    private PoolChange ReadChange() => new()
    {
        MachineType = MachineType,
        DiskSizeGB = DiskSizeGB,
        DiskType = DiskType,
        Zones = Zone,
        Spot = Given(nameof(Spot), Spot),
        Accelerators = Accelerator?.Select(AcceleratorText.Parse).ToList(),
        Labels = Label?.Cast<DictionaryEntry>().ToDictionary(
            static one => Convert.ToString(one.Key, System.Globalization.CultureInfo.InvariantCulture)!,
            static one => one.Value is null ? null : TextMap.From(new Hashtable { ["value"] = one.Value }, ErrorIds.InvalidLabelValue)["value"]),
        Taints = Taint?.Select(TaintText.Parse).ToList(),
        UserData = UserData,
        NodeCount = Given(nameof(NodeCount), NodeCount),
        Scaling = new()
        {
            Enabled = Given(nameof(EnableAutoscaling), EnableAutoscaling),
            MinNodes = Given(nameof(MinNodes), MinNodes),
            MaxNodes = Given(nameof(MaxNodes), MaxNodes),
            TargetCpuUtilization = Given(nameof(TargetCpuUtilization), TargetCpuUtilization),
            TargetMemoryUtilization = Given(nameof(TargetMemoryUtilization), TargetMemoryUtilization),
            ScaleDownDelay = Given(nameof(ScaleDownDelay), ScaleDownDelay),
            ScaleUpDelay = Given(nameof(ScaleUpDelay), ScaleUpDelay),
        },
        Extensions = new() { Release = Release, DrainTimeout = Given(nameof(DrainTimeout), DrainTimeout), MaxSurge = MaxSurge, MaxUnavailable = MaxUnavailable },
        Patch = Patch is null ? null : PoolInput.ReadPatch(Patch),
    };

    private T? Given<T>(string parameter, T value)
        where T : struct => IsBound(parameter) ? value : null;
}
