using System.Text.Json.Nodes;
using NodeManager.Core.Nodes;
using NodeManager.Core.Sessions;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Editing;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.Server.Agents.Plans;
using NodeManager.Server.Clusters;
using NodeManager.Server.Maintenances;
using NodeManager.Server.Nodes;
using NodeManager.Server.Operations;
using NodeManager.Server.Scheduler;

namespace NodeManager.Server.Demonstration;

/// <summary>What a team would have done on the demo's cluster.</summary>
internal sealed class DemoWork(
    ClusterSession cluster,
    LiveNodeService live,
    MaintenanceRoutes maintenances,
    SchedulerService schedulers,
    AgentPlanner planner,
    AgentPlanStore plans,
    TimeProvider time
)
{
    /// <summary>A condition as problem detectors report it.</summary>
    public const string Condition = "FrequentContainerdRestart";

    private const int Considered = 50;

    // Longer than the debounce of alerts.
    private static readonly TimeSpan AlertLasts = TimeSpan.FromSeconds(25);

    private static readonly AgentCaller Agent = new("capacity-agent", "demo:agent");

    private static readonly DrainOptions Drain = new()
    {
        DeleteEmptyDirData = true,
        DeleteUnmanagedPods = true,
        Timeout = TimeSpan.FromMinutes(2),
    };

    private NodeManagerSession Session => cluster.Session;

    /// <summary>Nodes that can be drained, other than the tour's, which takes the first that it can.</summary>
    public async Task<IReadOnlyList<ClusterNode>> ChooseNodesAsync(CancellationToken stop)
    {
        // Plans of many nodes take the cores that the first page needs.
        await live.Settled.WaitAsync(stop);
        List<ClusterNode> nodes =
        [
            .. (await live.ReadyAsync(stop))
                .List()
                .Where(static node => node is { Status: NodeStatus.Ready, Unschedulable: false } && !node.Roles.Contains("control-plane")),
        ];
        List<ClusterNode> last = [.. nodes.OrderByDescending(static one => one.Name, StringComparer.Ordinal).Take(Considered)];
        HashSet<string> drainable =
        [
            .. (await DrainPlanner.PlanEachAsync(Session, [.. last.Select(static one => new NodeTarget(one.Name))], Drain, stop))
                .Where(static plan => plan is { Status: NodeDrainPlanStatus.Drainable, BlockedByBudget: 0 })
                .Select(static plan => plan.Node),
        ];
        List<ClusterNode> chosen = [.. last.Where(one => drainable.Contains(one.Name)).Take(3)];
        return chosen.Count > 0 ? chosen : nodes;
    }

    /// <summary>Two revisions of the scheduler's configuration.</summary>
    public async Task ReviseSchedulerAsync(CancellationToken stop)
    {
        ClusterScheduler scheduler = await schedulers.FindAsync(default, stop);
        PluginCatalog catalog = await schedulers.CatalogAsync(stop);
        await ChangeAsync("Disable", PluginEditor.Disable, "Images are on every node");
        await ChangeAsync("Enable", PluginEditor.Enable, "Pods of the build farm started more slowly");

        async Task ChangeAsync(string verb, PluginEdit edit, string reason)
        {
            PluginChange change = new() { Name = "ImageLocality" };
            (Func<string, string> apply, _) = SchedulerService.EditOf(scheduler, change, edit, catalog);
            await schedulers.ChangeAsync(
                new(scheduler, catalog, $"{verb} {change.Name}", apply, reason, Restart: false, DryRun: false, SeenVersion: null),
                stop
            );
        }
    }

    /// <summary>An alert that ends. Another one is open: the cluster is seeded with a node that failed.</summary>
    public async Task AlertAsync(IReadOnlyList<ClusterNode> nodes, CancellationToken stop)
    {
        await ReportAsync("True", "containerd was restarted 5 times in 20 minutes.");
        await Task.Delay(AlertLasts, time, stop);
        await ReportAsync("False", "containerd is stable.");
        await Task.Delay(AlertLasts, time, stop);

        Task ReportAsync(string status, string message) =>
            Session
                .Connection()
                .Client.PatchAsync(
                    Resources.Nodes,
                    nodes[^1].Name,
                    null,
                    Patch.Strategic(
                        new()
                        {
                            ["status"] = new JsonObject
                            {
                                ["conditions"] = new JsonArray(
                                    new JsonObject
                                    {
                                        ["type"] = Condition,
                                        ["status"] = status,
                                        ["reason"] = status == "True" ? Condition : "NoFrequentContainerdRestart",
                                        ["message"] = message,
                                        ["lastTransitionTime"] = Session
                                            .Time()
                                            .GetUtcNow()
                                            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
                                    }
                                ),
                            },
                        }
                    ),
                    "status",
                    RequestOptions.Default,
                    stop
                );
    }

    /// <summary>A maintenance that ended, and one that waits between its nodes.</summary>
    public async Task MaintainAsync(IReadOnlyList<ClusterNode> nodes, CancellationToken stop)
    {
        TrackedOperation past = Start([nodes[0]], "kernel 6.12.9", default);
        await past.Operation.Completion.WaitAsync(stop);
        if (nodes.Count > 1)
            Start([nodes[1], nodes[^1]], "containerd 2.1.4", TimeSpan.FromHours(2));

        TrackedOperation Start(IReadOnlyList<ClusterNode> fleet, string reason, TimeSpan soak) =>
            maintenances.Start(
                DemoService.User,
                new()
                {
                    Nodes = [.. fleet.Select(static node => new NodeTarget(node.Name, node.Uid))],
                    Options = new() { Soak = soak, Drain = Drain with { Reason = reason } },
                    Work = static (_, _) => Task.FromResult<IReadOnlyList<object>>(["The packages are up to date."]),
                    WorkText = reason,
                }
            );
    }

    /// <summary>A plan of an agent that waits for a decision.</summary>
    public async Task RequestPlanAsync(IReadOnlyList<ClusterNode> nodes, CancellationToken stop)
    {
        AgentChange change = new()
        {
            Action = AgentAction.SetLabels,
            Nodes = [nodes[0].Name],
            Labels = new Dictionary<string, string> { ["maintenance.example.com/wave"] = "2" },
            Reason = "The second wave of the kernel update needs the label.",
        };
        AgentPlan plan = await planner.PlanAsync(change, Agent, "", time.GetUtcNow(), stop);
        plans.Add(Agent, (id, now) => plan with { Id = id, RequestedAt = now, ExpiresAt = now + AgentPlanStore.WaitForApproval });
    }

    /// <summary>Requests the plan again when nobody decided about it in time.</summary>
    public async Task KeepPlanAsync(IReadOnlyList<ClusterNode> nodes, CancellationToken stop)
    {
        while (true)
        {
            await Task.Delay(AgentPlanStore.WaitForApproval + TimeSpan.FromSeconds(1), time, stop);
            if (plans.All is [{ By: { } by, IsOpen: false } last, ..] && by == Agent && last.DecidedAt is null)
                await RequestPlanAsync(nodes, stop);
        }
    }
}
