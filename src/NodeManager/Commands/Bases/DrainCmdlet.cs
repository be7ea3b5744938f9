using System.Management.Automation;
using NodeManager.Completion;
using NodeManager.Core.Drain;
using NodeManager.Core.Drain.Options;
using NodeManager.Core.Nodes;
using NodeManager.Parameters;

namespace NodeManager.Commands.Bases;

/// <summary>What planning and running a drain have in common: which nodes, and how.</summary>
public abstract class DrainCmdlet : NodeCmdlet
{
    /// <summary>Evict unmanaged pods, which no controller recreates.</summary>
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

    /// <summary>The options for a node: what its plan was made with, where a parameter does not say otherwise.</summary>
    private protected DrainOptions OptionsOf(NodeReference node)
    {
        DrainOptions own = Options;
        if (node.Plan?.Options is not { } planned)
            return own;
        return own with
        {
            DeleteUnmanagedPods = IsBound(nameof(DeleteUnmanagedPod)) ? own.DeleteUnmanagedPods : planned.DeleteUnmanagedPod,
            DeleteEmptyDirData = IsBound(nameof(DeleteEmptyDirData)) ? own.DeleteEmptyDirData : planned.DeleteEmptyDirData,
            DisableEviction = IsBound(nameof(DisableEviction)) ? own.DisableEviction : planned.DisableEviction,
            Surge = IsBound(nameof(Surge)) ? own.Surge : planned.Surge,
            PodSelector = IsBound(nameof(PodSelector)) ? own.PodSelector : planned.PodSelector is { Length: > 0 } selector ? selector : null,
            GracePeriod = IsBound(nameof(GracePeriod)) ? own.GracePeriod : planned.GracePeriod,
        };
    }

    /// <summary>Emits the plans of nodes that would go together.</summary>
    private protected void Plan(IEnumerable<NodeReference> nodes)
    {
        foreach (var group in nodes.GroupBy(n => (n.Session, Options: OptionsOf(n))))
        {
            (NodeManagerSession session, DrainOptions options) = group.Key;
            NodeTarget[] targets = [.. group.Select(n => n.Target)];
            Sessions.StartIn(session, session, async worker =>
            {
                foreach (NodeDrainPlan plan in await DrainPlanner.PlanAsync(session, targets, options, worker.Token))
                    worker.Output(plan);
            });
        }
    }
}
