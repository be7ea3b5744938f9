using System.Collections;
using NodeManager.Core.Nodes.Editing;
using NodeManager.NodePools;
using NodeManager.NodePools.Documents;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that takes fields of a pool's specification. Only bound parameters are sent.</summary>
public abstract class PoolSpecCmdlet : PoolCmdlet
{
    /// <summary>For pools of the cluster: the minimum.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int NodeCount { get; set; }

    /// <summary>For pools of a service.</summary>
    [Parameter]
    public bool EnableAutoscaling { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int MinNodes { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int MaxNodes { get; set; }

    /// <summary>Per cent. For pools of a service.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int TargetCpuUtilization { get; set; }

    /// <summary>Per cent. For pools of a service.</summary>
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

    /// <summary>An extension, sent only to a service that has returned it; of a pool of the cluster, the termination grace period.</summary>
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

    [Parameter]
    [Alias("Labels")]
    [ArgumentCompleter(typeof(LabelSelectorCompleter))]
    [Entries]
    [ValidateNotNull]
    public IDictionary? Label { get; set; }

    /// <summary>Replaces all taints, as <c>key=value:Effect</c>.</summary>
    [Parameter]
    [Alias("Taints")]
    [AllowEmptyCollection]
    public string[]? Taint { get; set; }

    /// <summary>Replaces all startup taints, as <c>key=value:Effect</c>. For pools of the cluster.</summary>
    [Parameter]
    [Alias("StartupTaints")]
    [AllowEmptyCollection]
    public string[]? StartupTaint { get; set; }

    /// <summary>
    /// Replaces all machine sizes, as <c>NAME=CORESxMEMORY+RESOURCE=AMOUNT+price=AMOUNT@ZONE</c>. For pools of the cluster.
    /// </summary>
    [Parameter]
    [Alias("Shapes")]
    [AllowEmptyCollection]
    public string[]? Shape { get; set; }

    /// <summary>Pools with a higher priority get machines first. For pools of the cluster.</summary>
    [Parameter]
    public int Priority { get; set; }

    /// <summary>The currency of the prices, such as <c>EUR</c>. For pools of the cluster.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Currency { get; set; }

    /// <summary>Cores of all nodes; 0 for no limit. For pools of the cluster.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long CpuLimit { get; set; }

    /// <summary>Bytes of all nodes, or a quantity such as <c>512Gi</c>; 0 for no limit. For pools of the cluster.</summary>
    [Parameter]
    [Memory]
    [ValidateRange(0, long.MaxValue)]
    public long MemoryLimit { get; set; }

    /// <summary>Whether nodes are removed whose pods fit elsewhere. For pools of the cluster.</summary>
    [Parameter]
    [ValidateSet("Disabled", "SingleNode", "MultiNode")]
    public string? Consolidation { get; set; }

    /// <summary>Whether nodes are also replaced by cheaper machines. For pools of the cluster.</summary>
    [Parameter]
    public bool ReplaceByCost { get; set; }

    /// <summary>Whether machines are replaced that differ from the template. For pools of the cluster.</summary>
    [Parameter]
    public bool ReplaceDrifted { get; set; }

    /// <summary>The age at which a machine is replaced; 0 removes it. For pools of the cluster.</summary>
    [Parameter]
    [Duration]
    public TimeSpan ExpireAfter { get; set; }

    /// <summary>
    /// Replaces all disruption budgets, as <c>NODES+reasons=REASON,REASON+schedule=CRON+duration=TIME</c>. For pools of the cluster.
    /// </summary>
    [Parameter]
    [Alias("Budgets")]
    [AllowEmptyCollection]
    public string[]? Budget { get; set; }

    private protected override void Begin()
    {
        DurationAttribute.RequireNotNegative(nameof(ExpireAfter), ExpireAfter);
        DurationAttribute.RequireNotNegative(nameof(ScaleDownDelay), ScaleDownDelay);
        DurationAttribute.RequireNotNegative(nameof(ScaleUpDelay), ScaleUpDelay);
        DurationAttribute.RequireNotNegative(nameof(DrainTimeout), DrainTimeout);
    }

    private protected PoolChange ReadChange() =>
        new()
        {
            NodeCount = Given(nameof(NodeCount), NodeCount),
            Labels = PoolInput.ReadLabels(Label),
            Taints = Taint?.Select(TaintText.Parse).ToList(),
            StartupTaints = StartupTaint?.Select(TaintText.Parse).ToList(),
            Shapes = Shape?.Select(ShapeText.Parse).ToList(),
            Priority = Given(nameof(Priority), Priority),
            Currency = Currency,
            CpuLimit = Given(nameof(CpuLimit), CpuLimit),
            MemoryLimit = Given(nameof(MemoryLimit), MemoryLimit),
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
            ScaleDown = new()
            {
                Consolidation = Consolidation,
                ReplaceByCost = Given(nameof(ReplaceByCost), ReplaceByCost),
                ReplaceDrifted = Given(nameof(ReplaceDrifted), ReplaceDrifted),
                ExpireAfter = Given(nameof(ExpireAfter), ExpireAfter),
                Budgets = Budget?.Select(BudgetText.Parse).ToList(),
            },
            Extensions = new()
            {
                Release = Release,
                DrainTimeout = Given(nameof(DrainTimeout), DrainTimeout),
                MaxSurge = MaxSurge,
                MaxUnavailable = MaxUnavailable,
            },
        };

    private protected T? Given<T>(string parameter, T value)
        where T : struct => IsBound(parameter) ? value : null;
}
