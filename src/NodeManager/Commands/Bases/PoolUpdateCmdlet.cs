using System.Management.Automation;
using System.Reflection;
using NodeManager.Completion;
using NodeManager.NodePools.Updates;
using NodeManager.NodePools.Updates.Options;
using NodeManager.Parameters;
using NodeManager.Pipeline;
using NodeManager.Sessions;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that changes updates of pools, given by the names of the pools or as objects.</summary>
public abstract class PoolUpdateCmdlet : SessionCmdlet, IClusterChange
{
    private protected const string ByName = "ByName";

    // The default set; see NodeCmdlet.
    private protected const string ByObject = "ByObject";

    /// <summary>The name of the protected cluster that may be changed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

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

    /// <summary>Where the pools are kept; without it, wherever a pool of the name has an update.</summary>
    [Parameter(ParameterSetName = ByName)]
    [ValidateSet(NodePoolProvider.Service, NodePoolProvider.Cluster)]
    public string? Provider { get; set; }

    /// <summary>Where the updates are; without it, where Update-NodePool has them.</summary>
    [Parameter(ParameterSetName = ByName)]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    /// <summary>What is done, for ShouldProcess.</summary>
    private protected abstract string Action { get; }

    private protected abstract PoolUpdateChange Change { get; }

    private protected override void Process()
    {
        if (InputObject is { } update)
        {
            foreach (NodeManagerSession session in Sessions.For(update))
                Apply(session, new(update.Namespace, update.Provider), update.Pool);
            return;
        }

        foreach (NodeManagerSession session in Sessions)
        foreach (string name in Name)
            Apply(session, new(Namespace ?? "", Provider ?? ""), name);
    }

    /// <summary>What is done when the change is written.</summary>
    private protected virtual Task ChangedAsync(NodeManagerSession session, NodePoolUpdate update, bool isHeld, Worker worker) =>
        Task.CompletedTask;

    private void Apply(NodeManagerSession session, PoolUpdatePlace place, string pool) =>
        CheckAndChange(
            session,
            pool,
            $"update of pool {pool} in cluster '{session.Cluster}'",
            Action,
            Impact,
            async (worker, dryRun) =>
            {
                (NodePoolUpdate update, bool isHeld) = await PoolUpdates.ChangeAsync(session, place, pool, Change, dryRun, worker.Token);
                if (!dryRun)
                    await ChangedAsync(session, update, isHeld, worker);
            }
        );

    private ConfirmImpact Impact => GetType().GetCustomAttribute<CmdletAttribute>()!.ConfirmImpact;

    /// <summary>Works on an update here, or leaves it to the process that does.</summary>
    private protected static async Task ContinueAsync(
        NodeManagerSession session,
        NodePoolUpdate update,
        bool isHeld,
        PoolUpdateIntent intent,
        Worker worker
    )
    {
        PoolUpdateRequest request = new()
        {
            Pool = update.Pool,
            Namespace = update.Namespace,
            Intent = intent,
        };
        try
        {
            if (update.Provider == NodePoolProvider.Service)
                request = request with { Service = PoolSessions.Of(session, new(update.Provider, "")) };
        }
        catch (NodeManagerException) when (isHeld)
        {
            // Without the service only the process that holds the update can do it.
            worker.Output(update);
            return;
        }

        PoolUpdateOutcome outcome = await PoolUpdates.ContinueAsync(session, request, worker, worker.Token);
        worker.Output(outcome.Update);
        if (outcome.Failure is { } failure)
            worker.Error(failure, update.Pool);
    }
}
