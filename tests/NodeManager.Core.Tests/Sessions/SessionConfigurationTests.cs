using NodeManager.Core.Tests.Support;
using NodeManager.SchedulerControl.Plugins;

namespace NodeManager.Core.Tests.Sessions;

public sealed class SessionConfigurationTests
{
    [Fact]
    public void A_change_keeps_other_options_and_does_not_modify_the_former_configuration()
    {
        using NodeManagerSession session = OfflineSession.Create(1, "configured");
        NodeManagerConfiguration initial = session.Configuration;
        SchedulerPluginDefinition plugin = Plugin("Own");

        session.Configure(before =>
            new(before)
            {
                MetricsEnabled = false,
                DrainTimeout = TimeSpan.FromMinutes(1),
                DrainGracePeriod = TimeSpan.FromSeconds(2),
                SchedulerNamespace = "ns",
                SchedulerConfigMap = "map",
                SchedulerConfigKey = "key",
                SchedulerDeployment = "deployment",
                SchedulerPlugins = new([plugin]),
            }
        );
        NodeManagerConfiguration changed = session.Configure(static before => new(before));

        Assert.Same(changed, session.Configuration);
        Assert.Equal(
            (session.Cluster, session, false, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(2), "ns", "map", "key", "deployment", plugin),
            (
                changed.Cluster,
                changed.Session,
                changed.MetricsEnabled,
                changed.DrainTimeout,
                changed.DrainGracePeriod,
                changed.SchedulerNamespace,
                changed.SchedulerConfigMap,
                changed.SchedulerConfigKey,
                changed.SchedulerDeployment,
                Assert.Single(changed.SchedulerPlugins)
            )
        );
        Assert.Equal((true, null, 0), (initial.MetricsEnabled, initial.DrainTimeout, initial.SchedulerPlugins.Count));
    }

    [Fact]
    public async Task Concurrent_changes_are_all_kept()
    {
        using NodeManagerSession session = OfflineSession.Create(1, "configured");
        string[] names = [.. Enumerable.Range(0, 200).Select(i => $"Plugin{i}")];

        await Parallel.ForEachAsync(
            names,
            async (name, token) => await PluginRegistry.RegisterAsync(session, [Plugin(name)], SchedulerPluginSource.Session, token)
        );

        Assert.Equal(names.Order(), session.Configuration.SchedulerPlugins.Select(p => p.Name).Order());
    }

    private static SchedulerPluginDefinition Plugin(string name) =>
        new()
        {
            Name = name,
            ExtensionPoints = new([]),
            Source = SchedulerPluginSource.Session,
        };
}
