using System.Net;
using System.Text;
using System.Text.Json;
using NodeManager.Controllers.Leasing;
using NodeManager.Core.Errors;
using NodeManager.Core.Nodes;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance.Batches;
using NodeManager.Maintenance.Options;
using NodeManager.Maintenance.Requests;
using NodeManager.Runs;

namespace NodeManager.Maintenance.Detached;

/// <summary>Submits a drain or a maintenance run to the server in the cluster.</summary>
public static class DetachedSubmitter
{
    private const int MostNodes = 1000;

    /// <summary>Validates the request, checks for a live server, and writes the request.</summary>
    /// <param name="request">The nodes and options.</param>
    /// <param name="isDrain">True to drain the nodes and leave them cordoned.</param>
    /// <returns>The run, which no server has started yet.</returns>
    /// <exception cref="NodeManagerException">
    /// DetachInvalid: an option that bypasses a safeguard, a script block, too many nodes. ServerNotRunning: no server holds and renews the
    /// Lease. NodeNotFound, NodeReplaced, InvalidWindow, InvalidMaxUnavailable, or the server's refusal.
    /// </exception>
    public static Task<NodeMaintenanceRun> SubmitAsync(
        NodeManagerSession session,
        MaintenanceRequest request,
        bool isDrain,
        CancellationToken cancellationToken
    )
    {
        Check(request);
        return ClusterOperation.RunAsync(
            session,
            request.Namespace,
            async (connection, token) =>
            {
                MaintenanceOptions options = request.Options;
                _ = UnavailabilityLimit.Parse(options.MaxUnavailable);
                // The server may be in another time zone.
                options = options with
                {
                    Windows = [.. options.Windows.Select(one => WindowParser.Parse(one, connection.Time.LocalTimeZone).Text)],
                    Drain = options.Drain.In(session),
                };
                IReadOnlyList<DetachedTarget> nodes = await ResolveAsync(session, connection, request.Nodes, token);
                await RequireServerAsync(session, connection, request.Namespace, token);
                DetachedSpec spec = DetachedOptions.Write(options, isDrain);
                (spec.Nodes, spec.RequestedBy) = ([.. nodes], session.Who());
                return DetachedDirectory.Map(
                    session,
                    await CreateAsync(session, connection, spec, request.Namespace, token),
                    connection.Time.GetUtcNow()
                );
            },
            cancellationToken
        );
    }

    /// <summary>Stores a drain for the servers of a namespace. One of them carries it out, now or when it starts.</summary>
    /// <param name="by">The user who requested it.</param>
    /// <exception cref="NodeManagerException">
    /// DetachInvalid: an option that bypasses a safeguard. ServerNotRunning: requests are not served. Or the server's refusal.
    /// </exception>
    public static Task<StoredDrain> StoreAsync(
        NodeManagerSession session,
        string ns,
        IReadOnlyList<NodeTarget> nodes,
        string by,
        DrainOptions options,
        CancellationToken cancellationToken
    )
    {
        Check(options);
        return ClusterOperation.RunAsync(
            session,
            NameList.Of(nodes.Select(static one => one.Name)),
            async (connection, token) =>
            {
                DetachedSpec spec = DetachedOptions.Write(new() { Drain = options.In(session) }, isDrain: true);
                (spec.Nodes, spec.RequestedBy) = (
                    [.. nodes.Select(static one => new DetachedTarget { Name = one.Name, Uid = one.Uid })],
                    by
                );
                return new StoredDrain(await CreateAsync(session, connection, spec, ns, token));
            },
            cancellationToken
        );
    }

    private static void Check(MaintenanceRequest request)
    {
        Check(request.Options.Drain);
        if (request.Work is not null || request.WorkText.Length > 0)
            throw DetachedErrors.Invalid(
                "A script block cannot be used with -Detach: the server runs no scripts.",
                null,
                "Remove -ScriptBlock, or run the command without -Detach."
            );
        if (request.Options.UsesCommands)
            throw DetachedErrors.Invalid(
                "-NodeCommand and -Reboot cannot be used with -Detach: the server has no rights to run commands on nodes.",
                null,
                "Remove -Detach: the command runs in a pod and survives this process."
            );
        if (request.Nodes.Count is 0 or > MostNodes)
            throw DetachedErrors.Invalid(
                $"-Detach takes 1 to {MostNodes} nodes, not {request.Nodes.Count}.",
                null,
                "Split the nodes over several commands."
            );
    }

    private static void Check(DrainOptions options)
    {
        if (DetachedOptions.Refusal(options) is { } option)
            throw DetachedErrors.Invalid(
                $"{option} bypasses a safeguard and cannot be used with -Detach.",
                option,
                $"Remove {option}, or run the command without -Detach."
            );
    }

    private static async Task<IReadOnlyList<DetachedTarget>> ResolveAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        IReadOnlyList<NodeTarget> targets,
        CancellationToken cancellationToken
    )
    {
        KubernetesList<PartialObjectMetadata> nodes = await connection.Client.ListAsync(
            Resources.Nodes.MetadataOnly(),
            new(),
            cancellationToken
        );
        Dictionary<string, PartialObjectMetadata> byName = nodes.Items.ToDictionary(static one => one.Metadata.Name);
        return
        [
            .. NodeTarget
                .Distinct(targets)
                .Select(target =>
                    byName.GetValueOrDefault(target.Name) is { } node && target.Matches(node.Metadata.Uid)
                        ? new DetachedTarget { Name = target.Name, Uid = node.Metadata.Uid }
                        : throw ErrorTranslator.NodeMissing(
                            target.Name,
                            target.Uid,
                            byName.GetValueOrDefault(target.Name)?.Metadata.Uid,
                            session.Cluster
                        )
                ),
        ];
    }

    // Clocks differ: only an observed renewal of its Lease shows a live server.
    private static async Task RequireServerAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        string ns,
        CancellationToken cancellationToken
    )
    {
        LeaseState state = await LeaseObserver.ObserveAsync(
            connection.Client,
            connection.Caches(),
            DetachedNames.Lease,
            ns,
            static _ => { },
            cancellationToken
        );
        if (!state.IsHeld)
            throw DetachedErrors.NotRunning(session.Cluster, ns);
    }

    private static async Task<NodeMaintenanceRequest> CreateAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        DetachedSpec spec,
        string ns,
        CancellationToken cancellationToken
    )
    {
        NodeMaintenanceRequest created = new()
        {
            ApiVersion = DetachedResources.ApiVersion,
            Kind = DetachedResources.Kind,
            Metadata = new() { Name = RunLayout.NewId(connection.Time.GetUtcNow()) },
            Spec = spec,
        };
        try
        {
            return await connection.Client.SendAsync(
                HttpMethod.Post,
                DetachedResources.Requests.Path(ns),
                new StringContent(
                    JsonSerializer.Serialize(created, DetachedJson.Default.NodeMaintenanceRequest),
                    Encoding.UTF8,
                    "application/json"
                ),
                DetachedResources.Requests.Item,
                RequestOptions.Default,
                cancellationToken
            );
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound)
        {
            throw DetachedErrors.NotRunning(session.Cluster, ns);
        }
    }
}
