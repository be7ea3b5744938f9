using System.Globalization;
using System.Management.Automation;
using NodeManager.Core.Drain;
using NodeManager.Core.Drain.Reporting;
using NodeManager.Core.Nodes;
using NodeManager.Core.Operations;
using NodeManager.Jobs;
using NodeManager.Pipeline;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Cordons nodes, then evicts their pods, as budgets allow. A result a node, as it ends.</summary>
[Cmdlet(
    VerbsLifecycle.Invoke, "NodeDrain", DefaultParameterSetName = ByObject, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(NodeDrainResult), typeof(NodeDrainPlan), typeof(Job))]
public sealed class InvokeNodeDrainCommand : DrainRunCmdlet
{
    private readonly List<NodeReference> _wanted = [];
    private readonly List<NodeReference> _imagined = [];
    private readonly List<NodeDrainResult> _interrupted = [];

    /// <summary>Ask for each pod once, and leave those that are refused.</summary>
    [Parameter]
    public SwitchParameter Once { get; set; }

    /// <summary>Return at once, with a job.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    private protected override DrainOptions Options => base.Options with { Once = Once };

    private protected override void Process(NodeReference node)
    {
        string question = $"Drain {node}: cordon it and {(DisableEviction ? "delete its pods, whatever their budgets say" : "evict its pods")}";
        if (Surge && !DisableEviction) question += ", restart the Deployments whose budgets never let a pod go";
        if (OverrideBudgetAfter is { } patience && !DisableEviction) question += $", and delete those that a budget still refuses after {HumanDuration.Format(patience)}";
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
        List<(NodeManagerSession Session, NodeTarget[] Nodes)> runs = [.. _wanted.GroupBy(n => n.Session).Select(g => (g.Key, g.Select(n => n.Target).ToArray()))];
        if (AsJob && runs.Count > 0)
        {
            NodeDrainJob job = new(MyInvocation.Line.Trim(), runs, options);
            JobRepository.Add(job);
            job.Start();
            WriteObject(job);
            return;
        }

        foreach ((NodeManagerSession session, NodeTarget[] nodes) in runs)
        {
            StartIn(session, session, async worker =>
            {
                IOperationObserver observer = runs.Count > 1 ? new ClusterProgress(worker, session) : worker;
                await foreach (NodeDrainResult result in NodeDrainer.DrainAsync(session, nodes, options, observer, worker.Token))
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
        WriteInterrupted();
        if (_wanted.Count > 0)
            WriteAdvice();
    }

    private protected override void WriteAbandoned()
    {
        WriteInterrupted();
        if (_interrupted.Count > 0)
            WriteAdvice();
    }

    private void WriteInterrupted()
    {
        foreach (NodeDrainResult result in _interrupted)
        {
            WriteHost(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Node}: {result.Status}; {result.Evicted} of {result.Evicted + result.Remaining} pods are gone, the node {(result.Cordoned ? "stays cordoned" : "is not cordoned")}.{DrainLeftovers.Describe(result.Blockers)}"));
        }
    }

    private void WriteAdvice() =>
        WriteHost("Run Invoke-NodeDrain again to go on, or Resume-NodeScheduling to put the nodes back into service.");

    private static void Report(Worker worker, NodeDrainResult result)
    {
        if (DrainFailures.HasResult(result))
            worker.Output(result);
        if (DrainFailures.Of(result) is { } failure)
            worker.Error(failure, failure.Target);
    }
}
