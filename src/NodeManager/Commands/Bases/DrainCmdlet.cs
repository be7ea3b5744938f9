using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Pipeline;

namespace NodeManager.Commands.Bases;

/// <summary>Options that planning and running a drain share.</summary>
public abstract class DrainCmdlet : NodeCmdlet
{
    /// <summary>Evict unmanaged pods, which no controller recreates.</summary>
    [Parameter]
    public SwitchParameter DeleteUnmanagedPod { get; set; }

    /// <summary>Evict pods with emptyDir volumes; their data is lost.</summary>
    [Parameter]
    public SwitchParameter DeleteEmptyDirData { get; set; }

    /// <summary>Delete pods instead of evicting them, without respecting PDBs.</summary>
    [Parameter]
    public SwitchParameter DisableEviction { get; set; }

    /// <summary>Restart Deployments whose PDB never allows a disruption, so that a replacement is ready first.</summary>
    [Parameter]
    public SwitchParameter Surge { get; set; }

    /// <summary>Only pods with these labels, as kubectl's <c>--pod-selector</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PodSelectorCompleter))]
    [LabelSelector]
    public string? PodSelector { get; set; }

    /// <summary>The grace period of pods; by default, their own.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? GracePeriod { get; set; }

    private protected override void Begin()
    {
        DrainOptions options = Options;
        foreach (DrainOption option in DrainOption.All)
        {
            DurationAttribute.RequireNotNegative(option.Parameter, option.Get(options) as TimeSpan?);
            if (option.Get(options) is string text)
                DrainFields.Set(options, option, "-" + option.Parameter, text);
        }
    }

    /// <summary>The options that the parameters of their names have; what the cmdlet has no parameter for is the default.</summary>
    private protected virtual DrainOptions Options =>
        DrainOption
            .All.Where(static option => option.Use != DrainOptionUse.Code)
            .Aggregate(
                new DrainOptions(),
                (options, option) => ValueOf(option.Parameter) is { } value ? option.Set(options, value) : options
            );

    private object? ValueOf(string parameter)
    {
        object? value = GetType().GetProperty(parameter)?.GetValue(this);
        return value is SwitchParameter given ? given.IsPresent : value;
    }

    /// <summary>Options for a node: those of its plan, overridden by bound parameters.</summary>
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
            PodSelector =
                IsBound(nameof(PodSelector)) ? own.PodSelector
                : planned.PodSelector is { Length: > 0 } selector ? selector
                : null,
            GracePeriod = IsBound(nameof(GracePeriod)) ? own.GracePeriod : planned.GracePeriod,
        };
    }

    /// <summary>Emits the plans of nodes that are drained together.</summary>
    /// <param name="announce">
    /// Announces a node that would be drained; null announces nothing. With it, missing nodes are errors and the others are planned.
    /// </param>
    private protected void Plan(IEnumerable<NodeReference> nodes, Func<Worker, NodeReference, Task>? announce = null)
    {
        foreach (var group in nodes.GroupBy(n => (n.Session, Options: OptionsOf(n))))
        {
            (NodeManagerSession session, DrainOptions options) = group.Key;
            NodeReference[] given = [.. group];
            Sessions.StartIn(
                session,
                session,
                async worker =>
                {
                    NodeTarget[] targets = [.. (announce is null ? given : await PresentAsync(worker, given)).Select(n => n.Target)];
                    if (targets.Length == 0)
                        return;
                    foreach (NodeDrainPlan plan in await DrainPlanner.PlanAsync(session, targets, options, worker.Token))
                    {
                        if (announce is not null && plan.Status != NodeDrainPlanStatus.Refused)
                            await announce(worker, given.First(n => n.Name == plan.Node));
                        worker.Output(plan);
                    }
                }
            );
        }
    }

    private static async Task<IReadOnlyList<NodeReference>> PresentAsync(Worker worker, IReadOnlyList<NodeReference> nodes)
    {
        List<NodeReference> present = [];
        foreach (NodeReference node in nodes)
        {
            try
            {
                await NodeEditor.ReadAsync(node.Session, node.Target, worker.Token);
                present.Add(node);
            }
            catch (NodeManagerException missing) when (missing.ErrorId is ErrorIds.NodeNotFound or ErrorIds.NodeReplaced)
            {
                worker.Error(missing, node.Name);
            }
        }

        return present;
    }
}
