using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.SchedulerControl.Revisions;

/// <summary>
/// Stores the revisions of one configuration as ControllerRevisions: their content is immutable, and a role may allow them without the
/// namespace's other ConfigMaps. They have no owner, so that they outlive the ConfigMap and the Deployment.
/// </summary>
internal sealed class RevisionStore(ClusterConnection connection, ClusterScheduler scheduler)
{
    private const string Label = "nodemanager.io/scheduler-configuration";
    private const string ManagedBy = "app.kubernetes.io/managed-by";
    private const int LongestPrefix = 200;

    // Label values are short; names of ConfigMaps and keys are not.
    private readonly string _id = RevisionAnnotation.HashOf($"{scheduler.ConfigMap}/{scheduler.Key}");

    /// <summary>The oldest first.</summary>
    public async Task<IReadOnlyList<SchedulerRevision>> ListAsync(CancellationToken cancellationToken)
    {
        var kept = await connection.Client.ListAsync(
            Resources.ControllerRevisions,
            new() { Namespace = scheduler.Namespace, LabelSelector = $"{Label}={_id}" },
            cancellationToken
        );
        return [.. kept.Items.Select(SchedulerRevision.Read).OfType<SchedulerRevision>().OrderBy(revision => revision.Number)];
    }

    /// <summary>Stores a revision under a number; null if the number was taken concurrently.</summary>
    public async Task<SchedulerRevision?> CreateAsync(long number, RevisionData data, CancellationToken cancellationToken)
    {
        var name =
            scheduler.ConfigMap.Length > LongestPrefix ? scheduler.ConfigMap[..LongestPrefix].TrimEnd('.', '-') : scheduler.ConfigMap;
        var revision = new ControllerRevision
        {
            ApiVersion = "apps/v1",
            Kind = "ControllerRevision",
            Metadata = new()
            {
                Name = $"{name}-{_id[..8]}-{number}",
                Namespace = scheduler.Namespace,
                Labels = new() { [Label] = _id, [ManagedBy] = "nodemanager" },
            },
            Data = (JsonObject)JsonSerializer.SerializeToNode(data, RevisionJson.Default.RevisionData)!,
            Revision = number,
        };
        try
        {
            return SchedulerRevision.Read(
                await connection.Client.CreateAsync(Resources.ControllerRevisions, revision, scheduler.Namespace, cancellationToken)
            );
        }
        catch (KubernetesException refused) when (refused is { Code: HttpStatusCode.Conflict, Reason: "AlreadyExists" })
        {
            return null;
        }
    }

    /// <summary>Deletes a revision; a missing one is not an error.</summary>
    public async Task DeleteAsync(SchedulerRevision revision, CancellationToken cancellationToken)
    {
        try
        {
            await connection.Client.DeleteAsync(
                Resources.ControllerRevisions,
                revision.Name,
                scheduler.Namespace,
                new() { Preconditions = new() { Uid = revision.Uid } },
                cancellationToken
            );
        }
        catch (KubernetesException refused) when (refused.Code is HttpStatusCode.NotFound or HttpStatusCode.Conflict) { }
    }

    /// <summary>Deletes the oldest beyond the limit, except needed ones.</summary>
    public async Task PruneAsync(int limit, IReadOnlyCollection<long> needed, CancellationToken cancellationToken)
    {
        var kept = await ListAsync(cancellationToken);
        await Task.WhenAll(
            kept.SkipLast(limit)
                .Where(revision => !needed.Contains(revision.Number))
                .Select(revision => DeleteAsync(revision, cancellationToken))
        );
    }
}
