using System.Reflection;
using NodeManager.NodePools.Updates;
using NodeManager.NodePools.Updates.Options;
using NodeManager.Pipeline;
using NodeManager.Sessions;

namespace NodeManager.Commands.Bases;

public abstract class PoolUpdateCmdlet : SessionCmdlet, IClusterChange
{
    private protected const string ByName = "ByName";

    private protected const string ByObject = "ByObject";

    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [Alias("Pool")]
    [ArgumentCompleter(typeof(NodePoolUpdateCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [ValidateNotNull]
    public NodePoolUpdate? InputObject { get; set; }

    /// <summary>Where the pools are; by default, wherever a pool of this name has an update.</summary>
    [Parameter(ParameterSetName = ByName)]
    [ValidateSet(NodePoolProvider.Service, NodePoolProvider.Cluster)]
    public string? Provider { get; set; }

    /// <summary>The namespace of the updates; by default, that of Update-NodePool.</summary>
    [Parameter(ParameterSetName = ByName)]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

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

    /// <summary>Called after the change is written.</summary>
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

    /// <summary>Continues an update in this process, unless another process holds it.</summary>
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
            // An update of a pool service can only be continued by its holder.
            worker.Output(update);
            return;
        }

        PoolUpdateOutcome outcome = await PoolUpdates.ContinueAsync(session, request, worker, worker.Token);
        worker.Output(outcome.Update);
        if (outcome.Failure is { } failure)
            worker.Error(failure, update.Pool);
    }
}
