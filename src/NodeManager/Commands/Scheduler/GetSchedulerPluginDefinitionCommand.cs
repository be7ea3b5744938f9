using NodeManager.Kubernetes.Selectors;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerControl.Plugins;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Lists the known scheduler plugins: built-in, public and registered ones.</summary>
[Cmdlet(VerbsCommon.Get, "SchedulerPluginDefinition")]
[OutputType(typeof(SchedulerPluginDefinition))]
public sealed class GetSchedulerPluginDefinitionCommand : SessionCmdlet
{
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SchedulerPluginCompleter))]
    public string[] Name { get; set; } = ["*"];

    [Parameter]
    [ValidateSet(SchedulerPluginSource.BuiltIn, SchedulerPluginSource.Public, SchedulerPluginSource.Session, SchedulerPluginSource.Cluster)]
    public string[] Source { get; set; } =
    [SchedulerPluginSource.BuiltIn, SchedulerPluginSource.Public, SchedulerPluginSource.Session, SchedulerPluginSource.Cluster];

    /// <summary>The scheduler's release, which determines the built-in plugins.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? KubernetesVersion { get; set; }

    private protected override void End()
    {
        int minor = KubernetesVersion is null ? SchedulerApi.NewestMinor : SchedulerApi.ParseRelease(KubernetesVersion);
        Predicate<string> name = NamePattern.Any(Name);
        if (IsWanted(SchedulerPluginSource.BuiltIn) || IsWanted(SchedulerPluginSource.Public))
            WriteObject(
                PluginCatalog
                    .Standard.All.Where(plugin => plugin.Exists(minor) && name(plugin.Name))
                    .Select(plugin =>
                        PluginDefinitions.Describe(
                            plugin,
                            minor,
                            plugin.IsBuiltIn ? SchedulerPluginSource.BuiltIn : SchedulerPluginSource.Public
                        )
                    )
                    .Where(plugin => IsWanted(plugin.Source)),
                enumerateCollection: true
            );
        if (!IsWanted(SchedulerPluginSource.Session) && !IsWanted(SchedulerPluginSource.Cluster))
            return;
        // Built-in plugins need no cluster.
        if (Session is null && !SessionRegistry.EverConnected)
            return;
        Sessions.StartInEach(
            async (worker, session) =>
            {
                foreach (SchedulerPluginDefinition plugin in await PluginRegistry.ListAsync(session, worker.Token))
                    if (name(plugin.Name) && IsWanted(plugin.Source))
                        worker.Output(plugin);
            }
        );
    }

    private bool IsWanted(string source) => Source.Contains(source, StringComparer.OrdinalIgnoreCase);
}
