using System.Globalization;
using System.Management.Automation;
using NodeManager.Core.Drain;
using NodeManager.Pipeline;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Cordons nodes, then evicts their pods, as budgets allow. A result a node, as it ends.</summary>
[Cmdlet(
    VerbsLifecycle.Invoke, "NodeDrain", DefaultParameterSetName = ByObject, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(NodeDrainResult), typeof(NodeDrainPlan))]
public sealed class InvokeNodeDrainCommand : DrainRunCmdlet
{
    private readonly List<NodeReference> _wanted = [];
    private readonly List<NodeReference> _imagined = [];
    private readonly List<NodeDrainResult> _interrupted = [];

    /// <summary>Ask for each pod once, and leave those that are refused.</summary>
    [Parameter]
    public SwitchParameter Once { get; set; }

    private protected override DrainOptions Options => base.Options with { Once = Once };

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
            NodeDrainStatus.Blocked when result.Blockers.Any(b => b.Kind == "Budget") =>
                (ErrorIds.EvictionBlocked, ErrorKind.InvalidOperation, "See Blockers of the result; run it again to ask again, or without -Once to wait."),
            NodeDrainStatus.Blocked =>
                (ErrorIds.DrainRefused, ErrorKind.InvalidOperation, "See Get-NodeDrainPlan for the pods in the way and what lifts each."),
            NodeDrainStatus.TimedOut =>
                (TimedOutOn(result), ErrorKind.OperationTimeout, "See Blockers of the result; run it again to go on: the node stays cordoned."),
            NodeDrainStatus.Failed when result.Blockers.Any(b => b.Kind == "Node") =>
                (ErrorIds.NodeDeleted, ErrorKind.ObjectNotFound, "See Get-ClusterNode: a machine that registers again is a new node."),
            NodeDrainStatus.Failed when result.Blockers.Any(b => b.Kind == "Replacement") =>
                (ErrorIds.ReplacementStuck, ErrorKind.ResourceUnavailable, "The node is empty. See Blockers of the result for what keeps the new pods from starting."),
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
