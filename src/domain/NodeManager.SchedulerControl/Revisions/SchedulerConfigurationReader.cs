using System.Globalization;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.SchedulerConfigurations.Documents;

namespace NodeManager.SchedulerControl.Revisions;

/// <summary>Reads schedulers' configurations from clusters.</summary>
public static class SchedulerConfigurationReader
{
    /// <summary>A scheduler's configuration, with its text even if it is invalid.</summary>
    /// <param name="observer">Warned of a configuration that is not active, or of an unfinished change.</param>
    /// <exception cref="NodeManagerException">SchedulerConfigurationNotFound, Forbidden.</exception>
    public static Task<SchedulerConfiguration> ReadAsync(
        NodeManagerSession session,
        ClusterScheduler scheduler,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            scheduler.ToString(),
            (connection, token) => ReadAsync(session, connection, scheduler, observer, token),
            cancellationToken
        );

    /// <exception cref="NodeManagerException">SchedulerConfigurationInvalid: not YAML; or as above.</exception>
    public static async Task<SchedulerDocument> ReadDocumentAsync(
        NodeManagerSession session,
        ClusterScheduler scheduler,
        CancellationToken cancellationToken
    )
    {
        var live = await ClusterOperation.RunAsync(
            session,
            scheduler.ToString(),
            (connection, token) => LiveConfiguration.ReadAsync(connection, scheduler, token),
            cancellationToken
        );
        return SchedulerDocument.Parse(live.Text, scheduler.Source);
    }

    private static async Task<SchedulerConfiguration> ReadAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        ClusterScheduler scheduler,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        var running = RunningRevision.OfAsync(connection, scheduler, cancellationToken);
        var live = await LiveConfiguration.ReadAsync(connection, scheduler, cancellationToken);
        SchedulerDocument? document = null;
        try
        {
            document = SchedulerDocument.Parse(live.Text, scheduler.Source);
        }
        catch (NodeManagerException unreadable)
        {
            observer.Warning(unreadable.Message);
        }

        var started = await running;
        StaleConfiguration.WarnIfStale(live, started, observer);
        return new()
        {
            Cluster = session.Cluster,
            Session = session,
            Namespace = scheduler.Namespace,
            ConfigMap = scheduler.ConfigMap,
            Key = scheduler.Key,
            Deployment = scheduler.Deployment,
            Image = scheduler.Image,
            KubernetesVersion = scheduler.Minor is { } minor ? string.Create(CultureInfo.InvariantCulture, $"1.{minor}") : "",
            Text = live.Text,
            ApiVersion = document?.ApiVersion ?? "",
            Profiles = new([.. (document?.Profiles ?? []).Select(profile => profile.Name)]),
            Revision = live.Revision,
            RunningRevision = started,
            IsStale = StaleConfiguration.IsStale(live, started),
            ObservedAt = connection.Time.GetUtcNow(),
        };
    }
}
