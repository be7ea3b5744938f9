using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Editing;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Plugins;
using NodeManager.SchedulerControl.Restarts;
using NodeManager.SchedulerControl.Revisions;
using NodeManager.Server.Clusters;

namespace NodeManager.Server.Scheduler;

/// <summary>An edit of <see cref="PluginEditor"/>.</summary>
internal delegate PluginChangeResult PluginEdit(SchedulerDocument document, PluginChange change, int? minor, PluginCatalog? catalog);

/// <summary>Changes and restarts the scheduler of a request.</summary>
internal sealed class SchedulerService(ClusterSession cluster)
{
    public NodeManagerSession Session => cluster.Session;

    /// <summary>The selected scheduler. By default the session's, or the only one.</summary>
    public async Task<ClusterScheduler> FindAsync(SchedulerTarget target, CancellationToken stop)
    {
        SchedulerSelection selection = new SchedulerSelection
        {
            Namespace = target.Namespace,
            ConfigMap = target.ConfigMap,
            Deployments = target.Deployment is { } name ? [name] : [],
        }.Complete(Session.Configuration, Environment.GetEnvironmentVariable);
        return await SchedulerFinder.FindChosenAsync(Session, selection, stop) is [var only]
            ? only
            : throw new NodeManagerException(
                ErrorIds.SchedulerAmbiguous,
                ErrorKind.InvalidArgument,
                $"'{target.Deployment}' matches several schedulers.",
                target.Deployment,
                "Name one Deployment."
            );
    }

    public Task<PluginCatalog> CatalogAsync(CancellationToken stop) => PluginRegistry.CatalogAsync(Session, stop);

    public static (Func<string, string> Edit, ISet<string> Warnings) EditOf(
        ClusterScheduler scheduler,
        PluginChange change,
        PluginEdit edit,
        PluginCatalog catalog
    )
    {
        var warnings = new HashSet<string>();
        return (
            SchedulerChange.OfDocument(
                scheduler,
                document =>
                {
                    PluginChangeResult result = edit(document, change, scheduler.Minor, catalog);
                    warnings.UnionWith(result.Warnings);
                    return result.Document;
                }
            ),
            warnings
        );
    }

    /// <summary>Writes a change as a new revision and optionally restarts the scheduler.</summary>
    public Task<SchedulerUpdate> ChangeAsync(SchedulerRequest request, CancellationToken stop)
    {
        var change = new SchedulerChange
        {
            Edit = request.Edit,
            Action = request.Action,
            Reason = request.Reason,
            Catalog = request.Catalog,
            SeenVersion = string.IsNullOrEmpty(request.SeenVersion) ? null : request.SeenVersion,
            Confirm = _ => Task.FromResult(!request.DryRun),
        };
        bool restarts = request.Restart && !request.DryRun && request.Scheduler.Deployment.Length > 0;
        return SchedulerUpdater.ChangeAsync(
            Session,
            request.Scheduler,
            change,
            restarts ? new() { Reason = request.Reason } : null,
            null,
            NullObserver.Instance,
            stop
        );
    }

    /// <summary>Restarts a scheduler and waits until it leads.</summary>
    public Task<SchedulerRestartResult> RestartAsync(
        ClusterScheduler scheduler,
        string reason,
        IOperationObserver observer,
        CancellationToken stop
    ) => SchedulerRestarter.RestartAsync(Session, scheduler, new() { Reason = reason }, observer, stop);

    /// <summary>As an operation.</summary>
    public RunningOperation StartRestart(ClusterScheduler scheduler, string reason) =>
        RunningOperation.Start(
            SchedulerRestarter.Kind,
            $"{scheduler} in cluster '{Session.Cluster}'",
            TimeProvider.System,
            async context =>
            {
                SchedulerRestartResult result = await RestartAsync(scheduler, reason, context, context.Token);
                context.Output(result);
                if (SchedulerFailures.Of(result) is { } failure)
                    context.Fail(failure, result);
            }
        );
}

/// <summary>All null: the session's or the only one.</summary>
internal readonly record struct SchedulerTarget(string? Namespace, string? ConfigMap, string? Deployment);

/// <param name="DryRun">Only report the changes.</param>
/// <param name="SeenVersion">The version of the configuration that the caller saw; null: any.</param>
internal sealed record SchedulerRequest(
    ClusterScheduler Scheduler,
    PluginCatalog Catalog,
    string Action,
    Func<string, string> Edit,
    string Reason,
    bool Restart,
    bool DryRun,
    string? SeenVersion
);
