using System.Net;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Providers;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Recommendations;
using KubernetesResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Autoscaling.Planning;

/// <summary>Reads a cluster and plans, as an autoscaler would. Changes nothing.</summary>
public static class ScalePlanReader
{
    /// <summary>The plan for all managed pools.</summary>
    /// <param name="ns">The namespace of the autoscaler's resources.</param>
    /// <param name="observer">Warned of data that cannot be read.</param>
    /// <exception cref="NodeManagerException">
    /// AutoscalerNotInstalled: the server does not know the resources. Its other refusals.
    /// </exception>
    public static Task<NodeScalePlan> PlanAsync(
        NodeManagerSession session,
        string ns,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            ns,
            async (connection, token) =>
            {
                ScaleInput input = await ReadAsync(session, connection, ns, observer, token);
                return Map(input, ScalePlanner.Plan(input, token));
            },
            cancellationToken
        );

    /// <summary>A plan as users see it.</summary>
    public static NodeScalePlan Map(ScaleInput input, ScalePlan plan)
    {
        decimal? price = ScalePlanPrice.Of(plan);
        return new()
        {
            Session = input.Session,
            Cluster = input.Session?.Cluster ?? "",
            ObservedAt = input.Now,
            Machines = new([.. plan.Machines]),
            Nodes = new([.. plan.Nodes]),
            Pods = new([.. plan.Pods]),
            Pools = new([.. plan.Pools]),
            NextChangeAt = plan.NextChangeAt,
            Price = price,
            Currency = price is null ? "" : ScalePlanPrice.CurrencyOf(input),
        };
    }

    /// <summary>The input of the plan for all managed pools.</summary>
    public static async Task<ScaleInput> ReadAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        string ns,
        IOperationObserver observer,
        CancellationToken token
    )
    {
        KubernetesClient client = connection.Client;
        ListOptions everywhere = new(),
            here = new() { Namespace = ns };
        Task<List<T>> IfAllowed<T>(ResourceType<T> type, string what)
            where T : KubernetesObject => ReadIfAllowedAsync(client, type, everywhere, what, observer, token);

        ServerCapabilities server = await client.GetCapabilitiesAsync(token);
        var pools = InstalledAsync(session, client.ListAsync(NodeSmithResources.Pools, here, token));
        var planes = InstalledAsync(session, client.ListAsync(NodeSmithResources.ControlPlanes, here, token));
        var claims = InstalledAsync(session, client.ListAsync(NodeSmithResources.Claims, here, token));
        var providers = InstalledAsync(session, client.ListAsync(NodeSmithResources.Providers, here, token));
        var nodes = client.ListAsync(KubernetesResources.Nodes, everywhere, token);
        var pods = client.ListAsync(KubernetesResources.Pods, everywhere, token);
        var daemonSets = IfAllowed(KubernetesResources.DaemonSets, "DaemonSets");
        var budgets = IfAllowed(KubernetesResources.PodDisruptionBudgets(server.BudgetVersion), "PodDisruptionBudgets");
        var namespaces = IfAllowed(KubernetesResources.Namespaces, "namespaces");
        var services = IfAllowed(KubernetesResources.Services, "services");
        var volumeClaims = IfAllowed(KubernetesResources.PersistentVolumeClaims, "PersistentVolumeClaims");
        var volumes = IfAllowed(KubernetesResources.PersistentVolumes, "PersistentVolumes");
        var classes = IfAllowed(KubernetesResources.StorageClasses, "StorageClasses");
        var buffers = ReadBuffersAsync(client, token);
        Task cluster = Task.WhenAll(nodes, pods, daemonSets, budgets, namespaces, services);
        Task storage = Task.WhenAll(volumeClaims, volumes, classes);
        await Task.WhenAll(pools, planes, claims, providers, cluster, storage, buffers);

        return new ScaleInput
        {
            Session = session,
            Now = connection.Time.GetUtcNow(),
            MinorVersion = server.Minor,
            Nodes = (await nodes).Items,
            Locks = connection.FindOthers((await nodes).Items),
            Pods = (await pods).Items,
            Pools = Managed(await pools, await planes, ns, observer),
            Policy = ScalePolicy.Of(await planes),
            Claims = await claims,
            Providers = await providers,
            DaemonSets = await daemonSets,
            Budgets = await budgets,
            BudgetVersion = server.BudgetVersion,
            Namespaces = await namespaces,
            Services = await services,
            VolumeClaims = await volumeClaims,
            Volumes = await volumes,
            StorageClasses = await classes,
            Thresholds = await ReadThresholdsAsync(session, connection, (await nodes).Items, observer, token),
            Buffers = (await buffers).Buffers,
            BufferTargets = (await buffers).Targets,
        }.With(await DeviceReader.ReadAsync(client, (await pods).Items, token));
    }

    private static List<NodeSmithPool> Managed(
        List<NodeSmithPool> pools,
        List<NodeSmithControlPlane> planes,
        string ns,
        IOperationObserver observer
    )
    {
        HashSet<string> managed =
        [
            .. planes.Where(static plane => plane.Metadata.DeletionTimestamp is null).SelectMany(static plane => plane.Spec.Pools ?? []),
        ];
        foreach (NodeSmithPool pool in pools.Where(pool => !managed.Contains(pool.Metadata.Name)))
            observer.Warning($"Pool '{pool.Metadata.Name}' is not managed: no NodeSmithControlPlane in namespace '{ns}' names it.");
        return pools.FindAll(pool => managed.Contains(pool.Metadata.Name));
    }

    private static async Task<ThresholdInput?> ReadThresholdsAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        List<Node> nodes,
        IOperationObserver observer,
        CancellationToken token
    ) =>
        session.Configuration.EnableAutoScaling
            ? new(session.Configuration, await ThresholdUsage.ReadAsync(session.Configuration, connection, nodes, observer, token))
            : null;

    private static async Task<List<T>> InstalledAsync<T>(NodeManagerSession session, Task<KubernetesList<T>> listing)
        where T : KubernetesObject => (await NodeSmithErrors.InstalledAsync(session.Cluster, listing)).Items;

    /// <summary>The API of buffers is served by few clusters.</summary>
    private static async Task<(IReadOnlyList<CapacityBuffer> Buffers, IReadOnlyList<BufferTarget> Targets)> ReadBuffersAsync(
        KubernetesClient client,
        CancellationToken token
    )
    {
        ListOptions everywhere = new();
        List<CapacityBuffer> buffers = await ReadIfAllowedAsync(client, NodeSmithResources.CapacityBuffers, everywhere, null, null, token);
        if (buffers.Count == 0)
            return ([], []);
        var templates = ReadIfAllowedAsync(client, KubernetesResources.PodTemplates, everywhere, null, null, token);
        var deployments = ReadIfAllowedAsync(client, KubernetesResources.Deployments, everywhere, null, null, token);
        var replicaSets = ReadIfAllowedAsync(client, KubernetesResources.ReplicaSets, everywhere, null, null, token);
        var statefulSets = ReadIfAllowedAsync(client, KubernetesResources.StatefulSets, everywhere, null, null, token);
        return (
            buffers,
            [
                .. (await templates).Select(BufferTarget.Of),
                .. (await deployments).Select(static one => BufferTarget.Of(one, "Deployment", one.Spec)),
                .. (await replicaSets).Select(static one => BufferTarget.Of(one, "ReplicaSet", one.Spec)),
                .. (await statefulSets).Select(static one => BufferTarget.Of(one, "StatefulSet", one.Spec)),
            ]
        );
    }

    private static async Task<List<T>> ReadIfAllowedAsync<T>(
        KubernetesClient client,
        ResourceType<T> type,
        ListOptions where,
        string? what,
        IOperationObserver? observer,
        CancellationToken token
    )
        where T : KubernetesObject
    {
        try
        {
            return (await client.ListAsync(type, where, token)).Items;
        }
        catch (KubernetesException refused) when (refused.Code is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            if (what is not null)
                observer?.Warning(
                    $"{char.ToUpperInvariant(what[0])}{what[1..]} cannot be read and are not taken into account: {refused.Message}"
                );
            return [];
        }
    }
}
