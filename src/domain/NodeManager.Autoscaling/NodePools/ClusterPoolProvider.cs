using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Providers;
using NodeManager.Core.Errors;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Transport;
using NodeManager.NodePools;
using NodeManager.NodePools.Documents;
using NodeManager.NodePools.Operations;

namespace NodeManager.Autoscaling.NodePools;

/// <summary>Node pools as NodeSmithPools in a namespace of the connected cluster. Thread-safe.</summary>
/// <param name="ns">The namespace of the autoscaler's resources.</param>
public sealed class ClusterPoolProvider(NodeManagerSession session, string ns) : INodePoolProvider
{
    private const int MostNames = 10_000;

    private static readonly RetryPolicy Reports = RetryPolicy.Conflicts with
    {
        MaximumAttempts = 5,
        IsTransient = static exception => exception is NodeManagerException { ErrorId: ErrorIds.Conflict },
    };

    private static readonly RetryPolicy Changes = new()
    {
        MaximumAttempts = 5,
        FirstPause = TimeSpan.FromSeconds(1),
        LongestPause = TimeSpan.FromSeconds(1),
        IsTransient = TransientFailure.Is,
    };

    // By UID: API objects are read by name.
    private readonly ConcurrentDictionary<string, string> _names = new(StringComparer.Ordinal);

    public string Name => NodePoolProvider.Cluster;

    public string Namespace => ns;

    public IPoolFormat Format => ClusterPoolFormat.Instance;

    public bool HasPreconditions => true;

    public bool CanRename => false;

    public string User => session.Who();

    public IPoolController Controller { get; } = new ClusterPoolController(session, ns);

    public DateTimeOffset Now => Client.ServerTime;

    private ClusterConnection Connection => session.Connection();

    private KubernetesClient Client => Connection.Client;

    /// <summary>True: all fields of a NodeSmithPool are known.</summary>
    public bool HasReturned(string field) => true;

    public async IAsyncEnumerable<PoolCluster> ListClustersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield return new(session.Cluster, session.Cluster);
    }

    public async IAsyncEnumerable<PoolRecord> ListAsync(PoolListQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (query.ClusterId.Length > 0 && query.ClusterId != session.Cluster)
            yield break;
        await using IAsyncEnumerator<KubernetesList<NodeSmithPool>> pages = Client
            .ListPagesAsync(NodeSmithResources.Pools, new() { Namespace = ns }, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (await RequestAsync(() => pages.MoveNextAsync().AsTask(), ""))
        {
            foreach (PoolRecord pool in pages.Current.Items.Select(Map))
            {
                if (query.Phase.Length > 0 && !Same(NodePoolPhase.Of(pool.Generation, pool.Status!.ToList()), query.Phase))
                    continue;
                if (query.Health.Length > 0 && !Same(NodePoolHealth.Of(pool.Status!.ToList()), query.Health))
                    continue;
                yield return pool;
            }
        }
    }

    public async Task<PoolRecord> GetAsync(string id, CancellationToken cancellationToken) => Map(await FindAsync(id, cancellationToken));

    /// <summary>
    /// Names are unique in a cluster, and each creation has a unique mark, so that a creation without an answer can be repeated.
    /// </summary>
    public async Task<PoolRecord> CreateAsync(PoolDraft draft, IOperationObserver observer, CancellationToken cancellationToken)
    {
        string creation = Guid.NewGuid().ToString("N");
        NodeSmithPool wanted = Make(draft, creation);
        // A dry run first: the server's refusals come before a control plane lists the pool.
        await PersistAsync(() => SendAsync(draft, wanted, creation, dryRun: true, cancellationToken), draft.Name, cancellationToken);
        // First, so that every existing pool gets nodes, even if this process ends here.
        await ManageAsync(draft.Name, observer, cancellationToken);
        return Map(
            await PersistAsync(() => SendAsync(draft, wanted, creation, dryRun: false, cancellationToken), draft.Name, cancellationToken)
        );
    }

    /// <summary>Sends the different fields, with the resourceVersion as precondition.</summary>
    public async Task<PoolRecord> ReplaceAsync(PoolRecord before, string name, JsonObject spec, CancellationToken cancellationToken)
    {
        if (name != before.Name)
            throw PoolErrors.CannotRename(before);
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = before.Id, ["resourceVersion"] = before.ResourceVersion },
            ["spec"] = PoolMerge.Between(before.Spec, spec),
        };
        return Map(
            await RequestAsync(() => Client.PatchAsync(NodeSmithResources.Pools, name, ns, Patch.Merge(patch), cancellationToken), name)
        );
    }

    /// <summary>
    /// The autoscaler drains the pool's nodes and removes their machines; the pool stays as terminating until they are gone.
    /// </summary>
    public async Task DeleteAsync(string id, CancellationToken cancellationToken)
    {
        NodeSmithPool pool = await FindAsync(id, cancellationToken);
        try
        {
            await PersistAsync(() => SendDeletionAsync(pool, dryRun: true, cancellationToken), pool.Metadata.Name, cancellationToken);
            // Before the deletion, so that no control plane lists a deleted pool, even if this process ends here.
            await PersistAsync(
                () => new PlaneMembership(Client, ns).RemoveAsync(pool.Metadata.Name, cancellationToken),
                pool.Metadata.Name,
                cancellationToken
            );
            await PersistAsync(() => SendDeletionAsync(pool, dryRun: false, cancellationToken), pool.Metadata.Name, cancellationToken);
            await PersistAsync(() => ReleaseAsync(pool, cancellationToken), pool.Metadata.Name, cancellationToken);
        }
        catch (KubernetesException gone) when (gone.Code is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // Deleted by an earlier try or another client; another pool may have the name by now.
        }
    }

    public async Task<IReadOnlyList<NodePoolControllerStatus>> GetStatusAsync(string id, CancellationToken cancellationToken) =>
        ClusterPoolStatus.Of(await FindAsync(id, cancellationToken));

    /// <summary>The pool's label has its name as the value on its nodes.</summary>
    public async Task<Predicate<ClusterNode>> MembersOfAsync(string id, string name, CancellationToken cancellationToken)
    {
        NodeSmithPool pool = id.Length > 0 ? await FindAsync(id, cancellationToken) : await ReadAsync(name, cancellationToken);
        string key = NodeRegistration.PoolLabelKeyOf(pool);
        return node => node.Labels.TryGetValue(key, out string? value) && value == pool.Metadata.Name;
    }

    public IPoolFollower? Follow() =>
        new ClusterPoolFollower(Connection.Caches().Open(NodeSmithResources.Pools, new() { Namespace = ns }), session.Cluster);

    public async Task ReportStatusAsync(string id, PoolStatusReport report, CancellationToken cancellationToken)
    {
        ClusterPoolReports.Require(report, session.Cluster);
        // A conflict: the autoscaler wrote its status.
        await Reports.RunAsync(
            async token =>
            {
                NodeSmithPool pool = await FindAsync(id, token);
                await RequestAsync(
                    () =>
                        Client.PatchAsync(
                            NodeSmithResources.Pools,
                            pool.Metadata.Name,
                            ns,
                            Patch.Merge(ClusterPoolReports.PatchOf(pool, report, Now)),
                            "status",
                            RequestOptions.Default,
                            token
                        ),
                    pool.Metadata.Name
                );
            },
            Connection.Time,
            cancellationToken
        );
    }

    public Task RequireAccessAsync(string verb, string? subresource, CancellationToken cancellationToken) =>
        PermissionCheck.RequireAsync(
            session,
            session,
            [
                new()
                {
                    Verb = verb,
                    Group = NodeSmithResources.Pools.Group,
                    Resource = NodeSmithResources.Pools.Plural,
                    Subresource = subresource,
                    Namespace = ns,
                },
            ],
            cancellationToken
        );

    private NodeSmithPool Make(PoolDraft draft, string creation)
    {
        try
        {
            return ClusterPoolMapper.Make(draft, ns, User, creation);
        }
        catch (JsonException wrong)
        {
            throw PoolErrors.Invalid(
                draft.Name,
                [
                    new()
                    {
                        Severity = NodePoolFinding.Error,
                        Field = $"spec{wrong.Path?.TrimStart('$')}",
                        Message = "has the wrong type",
                    },
                ]
            );
        }
    }

    private async Task<NodeSmithPool> SendAsync(
        PoolDraft draft,
        NodeSmithPool wanted,
        string creation,
        bool dryRun,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await RequestAsync(
                () => Client.CreateAsync(NodeSmithResources.Pools, wanted, ns, new() { DryRun = dryRun }, cancellationToken),
                draft.Name
            );
        }
        catch (KubernetesException exists) when (exists.Code == HttpStatusCode.Conflict)
        {
            NodeSmithPool there = await ReadAsync(draft.Name, cancellationToken);
            return ClusterPoolMapper.IsOf(there, creation) ? there : throw PoolErrors.Exists(draft, session.Cluster);
        }
    }

    private async Task ManageAsync(string pool, IOperationObserver observer, CancellationToken cancellationToken)
    {
        try
        {
            await PersistAsync(() => new PlaneMembership(Client, ns).AddAsync(pool, cancellationToken), pool, cancellationToken);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden)
        {
            observer.Warning(
                $"NodeSmithPool {ns}/{pool} gets no nodes until a NodeSmithControlPlane names it. Permission denied: cannot change a NodeSmithControlPlane: {refused.Message} "
                    + "Ask an administrator to add the pool's name to spec.pools."
            );
        }
    }

    private async Task<bool> SendDeletionAsync(NodeSmithPool pool, bool dryRun, CancellationToken cancellationToken)
    {
        var options = new DeleteOptions
        {
            Preconditions = new() { Uid = pool.Metadata.Uid },
            DryRun = dryRun ? ["All"] : null,
        };
        await Client.DeleteAsync(NodeSmithResources.Pools, pool.Metadata.Name, ns, options, cancellationToken);
        return true;
    }

    private Task ReleaseAsync(NodeSmithPool pool, CancellationToken cancellationToken) =>
        NodeSmithFinalizer.ReleaseAsync(
            Client,
            NodeSmithResources.Pools,
            ns,
            pool.Metadata.Name,
            pool.Metadata.Uid,
            async () =>
                (await Client.ListAsync(NodeSmithResources.Claims, new() { Namespace = ns }, cancellationToken)).Items.Exists(one =>
                    one.Spec.PoolRef == pool.Metadata.Name
                ),
            cancellationToken
        );

    private Task<bool> PersistAsync(Func<Task> change, string pool, CancellationToken cancellationToken) =>
        PersistAsync(
            async () =>
            {
                await change();
                return true;
            },
            pool,
            cancellationToken
        );

    // All of these requests are idempotent.
    private async Task<T> PersistAsync<T>(Func<Task<T>> change, string pool, CancellationToken cancellationToken)
    {
        try
        {
            return await Changes.RunAsync(_ => change(), Connection.Time, cancellationToken);
        }
        catch (Exception lost) when (TransientFailure.Is(lost) && !cancellationToken.IsCancellationRequested)
        {
            throw new PoolAnswerLostException(ErrorTranslator.Translate(lost, session.Cluster, session.Server, pool)!);
        }
    }

    private async Task<NodeSmithPool> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (_names.TryGetValue(id, out string? name))
        {
            NodeSmithPool pool = await ReadAsync(name, cancellationToken);
            return pool.Metadata.Uid == id ? pool : throw PoolErrors.NotFound(name, session.Cluster);
        }

        KubernetesList<NodeSmithPool> all = await RequestAsync(
            () => Client.ListAsync(NodeSmithResources.Pools, new() { Namespace = ns }, cancellationToken),
            ""
        );
        return all.Items.Find(one => one.Metadata.Uid == id) ?? throw PoolErrors.NotFound(id, session.Cluster);
    }

    private Task<NodeSmithPool> ReadAsync(string name, CancellationToken cancellationToken) =>
        RequestAsync(() => Client.GetAsync(NodeSmithResources.Pools, name, ns, cancellationToken), name);

    private PoolRecord Map(NodeSmithPool pool)
    {
        if (_names.Count < MostNames && pool.Metadata.Uid is { } uid)
            _names[uid] = pool.Metadata.Name;
        return ClusterPoolMapper.Map(pool, session.Cluster);
    }

    // Reports whether the kind, the namespace or the pool is missing.
    private async Task<T> RequestAsync<T>(Func<Task<T>> request, string pool)
    {
        try
        {
            return await request();
        }
        catch (KubernetesException e) when (NodeSmithErrors.IsNotServed(e))
        {
            throw NodeSmithErrors.NotInstalled(session.Cluster, e);
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound && e.Status?.Details?.Kind == "namespaces")
        {
            throw NodeSmithErrors.NamespaceNotFound(ns, session.Cluster, e);
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound)
        {
            throw PoolErrors.NotFound(pool, session.Cluster, e);
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.Conflict && e.Method == "PATCH")
        {
            throw ErrorTranslator.Translate(e, session.Cluster, session.Server, pool)!;
        }
    }

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
