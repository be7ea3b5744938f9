using System.ComponentModel;
using ModelContextProtocol.Protocol;
using NodeManager.Autoscaling.Decisions;
using NodeManager.Autoscaling.NodePools;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Progress;
using NodeManager.NodePools.Operations;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Reading;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Revisions;
using NodeManager.Server.Clusters;
using NodeManager.Server.Scheduler;

namespace NodeManager.Server.Agents.Tools;

/// <summary>Tools for scheduler, pools and autoscaler.</summary>
internal sealed class PlatformTools(ClusterSession cluster, SchedulerService schedulers)
{
    // About ten times the usual size of a configuration.
    private const int LongestConfiguration = 20_000;

    private NodeManagerSession Session => cluster.Session;

    [AgentTool(
        "scheduler_configuration",
        "Scheduler configuration",
        Answers = "scheduler:string apiVersion?:string profiles:array kubernetesVersion?:string revision?:integer runningRevision?:integer isStale?:boolean lines:integer text?:string"
    )]
    [Description("The scheduler's configuration: profiles, revision, and whether a restart is due. text adds the YAML.")]
    public async Task<CallToolResult> ConfigurationAsync(
        [Description("Of which scheduler, where there are several.")] string? deployment = null,
        [Description("Include the YAML text.")] bool text = false,
        CancellationToken stop = default
    )
    {
        ClusterScheduler scheduler = await schedulers.FindAsync(new(null, null, deployment), stop);
        SchedulerConfiguration found = await SchedulerConfigurationReader.ReadAsync(Session, scheduler, NullObserver.Instance, stop);
        return AgentAnswer.Of(
            new
            {
                Scheduler = scheduler.ToString(),
                found.ApiVersion,
                Profiles = found.Profiles,
                found.KubernetesVersion,
                found.Revision,
                found.RunningRevision,
                found.IsStale,
                Lines = found.Text.Count(static letter => letter == '\n') + 1,
                Text = text ? found.Text : null,
            },
            text ? LongestConfiguration : AgentAnswer.MaximumTextLength
        );
    }

    [AgentTool("scheduler_plugins", "Scheduler plugins", Answers = "scheduler:string profiles:array")]
    [Description(
        "The scheduler's plugins by profile and extension point: what runs in its order with weights, and what is disabled. Without extensionPoint only the plugins that differ from the default are listed."
    )]
    public async Task<CallToolResult> PluginsAsync(
        [Description("Of which scheduler, where there are several.")] string? deployment = null,
        [Description("Only of this profile.")] string? profile = null,
        [Description("All plugins of this extension point.")]
        [Allowed(
            "preEnqueue",
            "queueSort",
            "preFilter",
            "filter",
            "postFilter",
            "preScore",
            "score",
            "reserve",
            "permit",
            "preBind",
            "bind",
            "postBind",
            "placementGenerate",
            "placementScore",
            "multiPoint"
        )]
            string? extensionPoint = null,
        CancellationToken stop = default
    )
    {
        ClusterScheduler scheduler = await schedulers.FindAsync(new(null, null, deployment), stop);
        SchedulerDocument document = await SchedulerConfigurationReader.ReadDocumentAsync(Session, scheduler, stop);
        List<SchedulerPlugin> all =
        [
            .. SchedulerPlugins
                .Read(document, scheduler.Minor, await schedulers.CatalogAsync(stop), scheduler.OriginIn(Session))
                .Where(plugin => profile is null || plugin.SchedulerName == profile),
        ];
        return AgentAnswer.Of(
            new
            {
                Scheduler = scheduler.ToString(),
                Profiles = all.GroupBy(static plugin => plugin.SchedulerName)
                    .Select(group => new
                    {
                        Profile = group.Key,
                        Running = group
                            .Where(static plugin => plugin.Order > 0)
                            .GroupBy(static plugin => plugin.ExtensionPoint)
                            .ToDictionary(static point => point.Key, static point => point.Count()),
                        Plugins = PluginsOf(group, extensionPoint),
                    }),
            }
        );
    }

    private static IEnumerable<object> PluginsOf(IEnumerable<SchedulerPlugin> plugins, string? extensionPoint) =>
        plugins
            .Where(plugin =>
                extensionPoint is null
                    ? plugin.Status != SchedulerPluginStatus.Default || plugin.Arguments.Length > 0
                    : plugin.ExtensionPoint.Equals(extensionPoint, StringComparison.OrdinalIgnoreCase)
            )
            .Take(AgentPage<object>.MaximumSize)
            .Select(
                object (plugin) =>
                    new
                    {
                        plugin.Name,
                        plugin.ExtensionPoint,
                        plugin.Status,
                        Order = plugin.Order > 0 ? plugin.Order : (int?)null,
                        plugin.Weight,
                        Arguments = plugin.Arguments.Length > 0 ? plugin.Arguments : null,
                    }
            );

    [AgentTool("list_pools", "Node pools", Answers = "total:integer byHealth:object pools:array nextCursor?:string")]
    [Description(
        "The cluster's node pools (NodeSmithPool): desired and active nodes, phase, health, limits. Needs the autoscaler's resources in the cluster."
    )]
    public async Task<CallToolResult> PoolsAsync(
        [Description("Names of pools; wildcards * and ?.")] string[]? pools = null,
        [Description("Namespace of the pools.")] string @namespace = NodeSmithNames.DefaultNamespace,
        [Description("1 to 100.")] [Bounds(1, 100)] int limit = 20,
        [Description("nextCursor of the page before.")] string? cursor = null,
        CancellationToken stop = default
    )
    {
        List<NodePool> found = [];
        var context = new PoolContext(Session, new ClusterPoolProvider(Session, @namespace));
        await foreach (
            NodePool pool in PoolReader.ReadAsync(
                context,
                new() { Names = pools ?? [], IncludeStatus = true },
                missing => throw missing,
                NullObserver.Instance,
                stop
            )
        )
            found.Add(pool);
        var page = AgentPage<NodePool>.Of(found, static pool => pool.Name, limit, cursor);
        return AgentAnswer.Of(
            new
            {
                page.Total,
                ByHealth = found.GroupBy(static pool => pool.Health).ToDictionary(static group => group.Key, static group => group.Count()),
                Pools = page.Items.Select(static pool => new
                {
                    pool.Name,
                    pool.Phase,
                    pool.Health,
                    Active = pool.Status?.ActiveNodes,
                    Desired = pool.Status?.DesiredNodes,
                    Message = pool.Status?.Message,
                    Spec = pool.Spec.ToString(),
                    Age = HumanDuration.Format(pool.Age),
                }),
                page.NextCursor,
            }
        );
    }

    [AgentTool(
        "autoscaler_decisions",
        "Autoscaler decisions",
        Answers = "total:integer byDecision:object decisions:array nextCursor?:string"
    )]
    [Description("What the node autoscaler decided and why, the latest first: creations, removals, and why a pod or a node waits.")]
    public async Task<CallToolResult> DecisionsAsync(
        [Description("Only of this pool.")] string? pool = null,
        [Description("Only about this: claim/small-3, pod/shop/cart-1, node/worker-7, pool.")] string? target = null,
        [Description("Namespace of the autoscaler.")] string @namespace = NodeSmithNames.DefaultNamespace,
        [Description("1 to 100.")] [Bounds(1, 100)] int limit = 20,
        [Description("nextCursor of the page before.")] string? cursor = null,
        CancellationToken stop = default
    )
    {
        IReadOnlyList<NodeScaleDecision> all = await DecisionReader.ReadAsync(Session, @namespace, stop);
        List<NodeScaleDecision> chosen =
        [
            .. all.Where(one => (pool is null || one.Pool == pool) && (target is null || one.Target == target)),
        ];
        // Cursors are sorted as text, so the latest decision gets the smallest one.
        var page = AgentPage<(int Index, NodeScaleDecision Decision)>.Of(
            chosen.Select(static (one, index) => (index, one)),
            one => (long.MaxValue - one.Decision.At.UtcTicks).ToString("D19", null) + (chosen.Count - one.Index).ToString("D6", null),
            limit,
            cursor
        );
        return AgentAnswer.Of(
            new
            {
                page.Total,
                ByDecision = chosen
                    .GroupBy(static one => one.Decision)
                    .ToDictionary(static group => group.Key, static group => group.Count()),
                Decisions = page.Items.Select(static one => new
                {
                    one.Decision.At,
                    Pool = one.Decision.Pool.Length > 0 ? one.Decision.Pool : null,
                    one.Decision.Target,
                    one.Decision.Decision,
                    one.Decision.Reason,
                }),
                page.NextCursor,
            }
        );
    }
}
