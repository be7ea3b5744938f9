using System.Globalization;
using System.Management.Automation;
using NodeManager.Core.Drain;
using NodeManager.Parameters;
using NodeManager.Pipeline;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Cordons nodes, then evicts their pods, as budgets allow. A result a node, as it ends.</summary>
[Cmdlet(
    VerbsLifecycle.Invoke, "NodeDrain", DefaultParameterSetName = ByObject, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(NodeDrainResult), typeof(NodeDrainPlan))]
public sealed class InvokeNodeDrainCommand : DrainCmdlet
{
    private readonly List<NodeReference> _wanted = [];
    private readonly List<NodeReference> _imagined = [];
    private readonly List<NodeDrainResult> _interrupted = [];

    /// <summary>For each node; without it, without end. The node stays cordoned then.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Do not wait for pods whose deletion is older than this.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? SkipWaitForDeleteTimeout { get; set; }

    /// <summary>How long to wait until the evicted pods' volumes are detached; without it, as long as the drain has.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? VolumeDetachTimeout { get; set; }

    /// <summary>Why; noted on the node and in its events.</summary>
    [Parameter]
    [ValidateNotNull]
    public string Reason { get; set; } = "";

    /// <summary>Delete pods that a budget has refused for so long; without it, never.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? OverrideBudgetAfter { get; set; }

    /// <summary>Remove with grace period 0 pods that are stuck terminating for so long; without it, never.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? ForceStuck { get; set; }

    /// <summary>Let pods of Jobs that run end first, for so long; without it, they are evicted as all others.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? WaitForJob { get; set; }

    /// <summary>Wait until the evicted pods' workloads have as many ready pods again as they want.</summary>
    [Parameter]
    public SwitchParameter WaitForReplacement { get; set; }

    /// <summary>Restart Deployments whose budget never lets a pod go, so that its successor is ready elsewhere first.</summary>
    [Parameter]
    public SwitchParameter Surge { get; set; }

    /// <summary>How many pods may be on their way out at once, over all nodes of a cluster; without it, no limit.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? MaxParallelEvictions { get; set; }

    private protected override DrainOptions Options => base.Options with
    {
        Timeout = Timeout,
        SkipWaitForDeleteTimeout = SkipWaitForDeleteTimeout,
        VolumeDetachTimeout = VolumeDetachTimeout,
        Reason = Reason,
        Surge = Surge,
        WaitForJob = WaitForJob,
        WaitForReplacement = WaitForReplacement,
        OverrideBudgetAfter = OverrideBudgetAfter,
        ForceStuck = ForceStuck,
        MaxParallelEvictions = MaxParallelEvictions,
    };

    private protected override void Begin()
    {
        base.Begin();
        DurationAttribute.RequireNotNegative(nameof(Timeout), Timeout);
        DurationAttribute.RequireNotNegative(nameof(SkipWaitForDeleteTimeout), SkipWaitForDeleteTimeout);
        DurationAttribute.RequireNotNegative(nameof(VolumeDetachTimeout), VolumeDetachTimeout);
        DurationAttribute.RequireNotNegative(nameof(OverrideBudgetAfter), OverrideBudgetAfter);
        DurationAttribute.RequireNotNegative(nameof(ForceStuck), ForceStuck);
        DurationAttribute.RequireNotNegative(nameof(WaitForJob), WaitForJob);
    }

    private protected override void Process(NodeReference node)
    {
        string question = $"Drain {node}: cordon it and {(DisableEviction ? "delete its pods, whatever their budgets say" : "evict its pods")}";
        if (Surge) question += ", restart the Deployments whose budgets never let a pod go";
        if (OverrideBudgetAfter is { } patience) question += $", and delete those that a budget still refuses after {HumanDuration.Format(patience)}";
        if (ForceStuck is { } stuck) question += $", and remove by force those that are stuck terminating for {HumanDuration.Format(stuck)}";
        if (ShouldProcess(question, question + "?", "Drain", out ShouldProcessReason reason))
            _wanted.Add(node);
        else if (reason == ShouldProcessReason.WhatIf)
            _imagined.Add(node);
    }

    /// <summary>All nodes of a cluster go together: none takes what is evicted from another.</summary>
    private protected override void End()
    {
        Plan(_imagined);
        DrainOptions options = Options;
        foreach (IGrouping<NodeManagerSession, NodeReference> group in _wanted.GroupBy(n => n.Session))
        {
            string[] names = [.. group.Select(n => n.Name)];
            StartIn(group.Key, group.Key, async worker =>
            {
                await foreach (NodeDrainResult result in NodeDrainer.DrainAsync(group.Key, names, options, worker, worker.Token))
                    Report(worker, result);
            });
        }
    }

    private protected override void Output(object value)
    {
        if (IsStopped && value is NodeDrainResult result)
            _interrupted.Add(result);
        base.Output(value);
    }

    private protected override void WriteSummary()
    {
        foreach (NodeDrainResult result in _interrupted)
        {
            Host.UI.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Node}: {result.Status}; {result.Evicted} of {result.Evicted + result.Remaining} pods are gone, the node {(result.Cordoned ? "stays cordoned" : "is not cordoned")}."));
        }

        if (_wanted.Count > 0)
            Host.UI.WriteLine("Run Invoke-NodeDrain again to go on, or Resume-NodeScheduling to put the nodes back into service.");
    }

    private static void Report(Worker worker, NodeDrainResult result)
    {
        if (result is { Status: NodeDrainStatus.Failed, NodeUid: "" })
        {
            // There is no node, so there is no result either.
            worker.Error(
                new NodeManagerException(
                    ErrorIds.NodeNotFound, ErrorKind.ObjectNotFound, $"There is no node '{result.Node}' in '{result.Cluster}'.", result.Node,
                    "Get-ClusterNode shows which there are."),
                result.Node);
            return;
        }

        worker.Output(result);
        (string Id, ErrorKind Kind, string Advice)? failure = result.Status switch
        {
            NodeDrainStatus.Blocked =>
                (ErrorIds.DrainRefused, ErrorKind.InvalidOperation, "See Get-NodeDrainPlan for the pods in the way and what lifts each."),
            NodeDrainStatus.TimedOut =>
                (TimedOutOn(result), ErrorKind.OperationTimeout, "See Blockers of the result; run it again to go on: the node stays cordoned."),
            NodeDrainStatus.Failed =>
                (ErrorIds.EvictionFailed, ErrorKind.InvalidOperation, "See Pods and Blockers of the result; run it again to go on."),
            _ => null,
        };
        if (failure is var (id, kind, advice))
            worker.Error(new NodeManagerException(id, kind, $"{result.Node}: {result.Message}", result, advice), result);
    }

    // A budget before a pod that does not end: what it holds up was not even asked to end.
    private static string TimedOutOn(NodeDrainResult result) =>
        result.Blockers.Any(b => b.Kind == "Budget") ? ErrorIds.EvictionBlocked
        : result.Blockers.Any(b => b.Kind == "Termination") ? ErrorIds.PodStuckTerminating
        : ErrorIds.DrainTimeout;
}
