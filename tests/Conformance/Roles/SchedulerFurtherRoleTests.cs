using System.Net;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Sessions;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerControl.Measuring;
using NodeManager.SchedulerControl.Plugins;

namespace NodeManager.Conformance.Roles;

/// <summary>The roles of deploy/rbac.yaml for registering plugins in the cluster, and for measuring them.</summary>
public sealed class SchedulerFurtherRoleTests
{
    private const string System = "kube-system";

    [SkippableTheory]
    [AllBackends]
    public async Task A_registrar_registers_plugins_and_writes_no_other_ConfigMap(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        string registering = "registrar-" + cluster.Id,
            viewing = "scheduler-viewer-" + cluster.Id,
            plugin = "Plugin" + cluster.Id;
        NodeManagerSession registrar = await cluster.ConnectAsAsync(registering),
            viewer = await cluster.ConnectAsAsync(viewing);
        IReadOnlyList<SchedulerPluginDefinition> definitions = PluginDefinitions.Read(
            $"name: {plugin}\nextensionPoints: [score]\n",
            "plugin.yaml",
            SchedulerPluginSource.Cluster
        );
        Task<IReadOnlyList<SchedulerPluginDefinition>> RegisterAsync(NodeManagerSession session) =>
            PluginRegistry.RegisterAsync(session, definitions, SchedulerPluginSource.Cluster, default);
        async Task<bool> IsKnownAsync(NodeManagerSession session) =>
            (await PluginRegistry.ListAsync(session, default)).Any(one => one.Name == plugin);

        await AssertForbiddenAsync("patch configmaps", () => RegisterAsync(registrar));
        await RoleManifest.BindInAsync(cluster, System, "nodemanager-scheduler-registrar", registering);
        await RoleManifest.BindInAsync(cluster, System, "nodemanager-scheduler-viewer", viewing);
        await Eventually.HoldsAsync("the registrar may register", () => IsAllowedAsync(() => RegisterAsync(registrar)));
        await PluginRegistry.CheckAsync(registrar, default);
        await Eventually.HoldsAsync("the viewer knows the plugin", () => IsKnownAsync(viewer));
        await AssertForbiddenAsync("patch configmaps", () => RegisterAsync(viewer));
        await PluginRegistry.UnregisterAsync(registrar, definitions, default);

        Assert.False(await IsKnownAsync(registrar));
        foreach (
            (string verb, string name) in ((string, string)[])
                [("patch", "another"), ("create", ""), ("delete", PluginRegistry.ConfigMapName), ("list", "")]
        )
            Assert.False(await MayAsync(registrar, verb, "configmaps", name: name), verb);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_measurer_reaches_pods_through_the_API_server_only_in_its_namespace(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        string user = "measurer-" + cluster.Id,
            pod = "none-" + cluster.Id;
        NodeManagerSession session = await cluster.ConnectAsAsync(user);
        Task MeasureAsync() => SchedulerMeasurer.MeasureAsync(session, System, pod, "https", 10259, null, default);
        Task FindAsync() => SchedulerMeasurer.PodsAsync(session, System, [pod], default);

        await AssertForbiddenAsync("list pods", FindAsync);
        if (cluster.IsReal)
            await AssertForbiddenAsync("get pods/proxy", MeasureAsync);
        await RoleManifest.BindInAsync(cluster, System, "nodemanager-scheduler-measurer", user);
        await Eventually.HoldsAsync("the role is known", () => MayAsync(session, "get", "pods", "proxy"));

        NodeManagerException absent = await Assert.ThrowsAsync<NodeManagerException>(FindAsync);
        Assert.Equal(ErrorIds.SchedulerNotFound, absent.ErrorId);
        NodeManagerException unreached = await Assert.ThrowsAsync<NodeManagerException>(MeasureAsync);
        Assert.NotEqual(ErrorIds.Forbidden, unreached.ErrorId);
        Assert.False(await MayAsync(session, "create", "pods", "proxy"));
        Assert.False(await MayAsync(session, "get", "pods", "log"));
        Assert.False(await MayAsync(session, "get", "pods", "proxy", ns: cluster.Namespace));
    }

    /// <summary>The API server guards its own metrics by the rule that a scheduler asks it about.</summary>
    [SkippableTheory]
    [AllBackends]
    public async Task The_metrics_role_grants_only_metrics(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        string user = "metrics-" + cluster.Id;
        async Task<HttpStatusCode> AskAsync(string path) => (await cluster.SendAsAsync(user, [], "GET", path)).Code;

        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync("/metrics"));
        await RoleManifest.BindAsync(cluster, "nodemanager-scheduler-metrics", user);
        await Eventually.HoldsAsync("the role is known", async () => await AskAsync("/metrics") != HttpStatusCode.Forbidden);

        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync("/metrics/slis"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync("/api/v1/nodes"));
    }

    private static async Task<TestCluster> StartAsync(string backend)
    {
        TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        await RoleManifest.ApplyAsync(cluster);
        return cluster;
    }

    private static async Task<bool> IsAllowedAsync(Func<Task> action)
    {
        try
        {
            await action();
            return true;
        }
        catch (NodeManagerException refused) when (refused.ErrorId == ErrorIds.Forbidden)
        {
            return false;
        }
    }

    private static async Task<bool> MayAsync(
        NodeManagerSession session,
        string verb,
        string resource,
        string? subresource = null,
        string? name = null,
        string ns = System
    ) =>
        (
            await session
                .Connection()
                .Client.ReviewAccessAsync(
                    new()
                    {
                        Verb = verb,
                        Resource = resource,
                        Subresource = subresource,
                        Name = name,
                        Namespace = ns,
                    },
                    default
                )
        ).Allowed;

    private static async Task AssertForbiddenAsync(string right, Func<Task> action)
    {
        NodeManagerException refused = await Assert.ThrowsAsync<NodeManagerException>(action);
        Assert.Equal(ErrorIds.Forbidden, refused.ErrorId);
        Assert.Contains(right, refused.Message, StringComparison.Ordinal);
    }
}
