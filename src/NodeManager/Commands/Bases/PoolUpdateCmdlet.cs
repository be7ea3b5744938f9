using System.Management.Automation;
using NodeManager.Completion;
using NodeManager.Core.Rolling;
using NodeManager.Core.Rolling.Options;
using NodeManager.Pipeline;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that changes updates of pools, given by the names of the pools or as objects.</summary>
public abstract class PoolUpdateCmdlet : SessionCmdlet
{
    private protected const string ByName = "ByName";

    // The default set; see NodeCmdlet.
    private protected const string ByObject = "ByObject";

    /// <summary>Names of pools.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [Alias("Pool")]
    [ArgumentCompleter(typeof(NodePoolUpdateCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>Updates, from Get-NodePoolUpdate.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [ValidateNotNull]
    public NodePoolUpdate? InputObject { get; set; }

    /// <summary>Where the pools are.</summary>
    [Parameter(ParameterSetName = ByName)]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = AutoscalerCmdlet.DefaultNamespace;

    /// <summary>What is done, for ShouldProcess.</summary>
    private protected abstract string Action { get; }

    private protected abstract PoolUpdateChange Change { get; }

    private protected override void Process()
    {
        if (InputObject is { } update)
        {
            foreach (NodeManagerSession session in Sessions.For(update)) Apply(session, update.Namespace, update.Pool);
            return;
        }

        foreach (NodeManagerSession session in Sessions)
            foreach (string name in Name) Apply(session, Namespace, name);
    }

    /// <summary>What is done when the change is written.</summary>
    private protected virtual Task ChangedAsync(NodeManagerSession session, NodePoolUpdate update, bool isHeld, Worker worker) => Task.CompletedTask;

    private void Apply(NodeManagerSession session, string ns, string pool)
    {
        bool isReal = ShouldProcess($"update of pool {ns}/{pool} in cluster '{session.Cluster}'", Action);
        if (!isReal && !IsWhatIf) return;
        Sessions.StartIn(session, pool, async worker =>
        {
            (NodePoolUpdate update, bool isHeld) = await PoolUpdates.ChangeAsync(session, ns, pool, Change, dryRun: !isReal, worker.Token);
            if (isReal) await ChangedAsync(session, update, isHeld, worker);
        });
    }

    /// <summary>Works on an update here, where no other process does.</summary>
    private protected static async Task RunAsync(NodeManagerSession session, NodePoolUpdate update, PoolUpdateIntent intent, Worker worker)
    {
        PoolUpdateOutcome outcome = await PoolUpdates.RunAsync(session, new() { Pool = update.Pool, Namespace = update.Namespace, Intent = intent }, worker, worker.Token);
        worker.Output(outcome.Update);
        if (outcome.Failure is { } failure) worker.Error(failure, update.Pool);
    }
}
