using System.Management.Automation;
using NodeManager.Completion;
using NodeManager.Core.Drain;
using NodeManager.Core.Nodes;
using NodeManager.Parameters;

namespace NodeManager.Sessions;

/// <summary>What planning and running a drain have in common: which nodes, and how.</summary>
public abstract class DrainCmdlet : NodeCmdlet
{
    /// <summary>Evict pods that no controller owns; nobody makes them anew.</summary>
    [Parameter]
    public SwitchParameter DeleteUnmanagedPod { get; set; }

    /// <summary>Evict pods with emptyDir volumes; their data is lost.</summary>
    [Parameter]
    public SwitchParameter DeleteEmptyDirData { get; set; }

    /// <summary>Delete rather than evict: budgets are not asked.</summary>
    [Parameter]
    public SwitchParameter DisableEviction { get; set; }

    /// <summary>Restart Deployments whose budget never lets a pod go, so that its successor is ready elsewhere first.</summary>
    [Parameter]
    public SwitchParameter Surge { get; set; }

    /// <summary>Only pods with these labels, as kubectl's <c>--pod-selector</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PodSelectorCompleter))]
    [LabelSelector]
    public string? PodSelector { get; set; }

    /// <summary>What pods get to terminate; without it, what they ask for themselves.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? GracePeriod { get; set; }

    private protected override void Begin() => DurationAttribute.RequireNotNegative(nameof(GracePeriod), GracePeriod);

    private protected virtual DrainOptions Options => new()
    {
        DeleteUnmanagedPods = DeleteUnmanagedPod,
        DeleteEmptyDirData = DeleteEmptyDirData,
        DisableEviction = DisableEviction,
        Surge = Surge,
        PodSelector = PodSelector,
        GracePeriod = GracePeriod,
        ThrottleLimit = ThrottleLimit,
    };

    /// <summary>Emits the plans of nodes that would go together.</summary>
    private protected void Plan(IEnumerable<NodeReference> nodes)
    {
        DrainOptions options = Options;
        foreach (IGrouping<NodeManagerSession, NodeReference> group in nodes.GroupBy(n => n.Session))
        {
            NodeTarget[] targets = [.. group.Select(n => n.Target)];
            StartIn(group.Key, group.Key, async worker =>
            {
                foreach (NodeDrainPlan plan in await DrainPlanner.PlanAsync(group.Key, targets, options, worker.Token))
                    worker.Output(plan);
            });
        }
    }
}
