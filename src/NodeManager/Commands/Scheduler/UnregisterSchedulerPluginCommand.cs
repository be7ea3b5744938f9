using NodeManager.Kubernetes.Selectors;
using NodeManager.Pipeline;
using NodeManager.SchedulerControl.Plugins;

namespace NodeManager.Commands;

/// <summary>Unregisters plugins of Register-SchedulerPlugin.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "SchedulerPlugin", DefaultParameterSetName = ByObject, SupportsShouldProcess = true)]
public sealed class UnregisterSchedulerPluginCommand : SessionCmdlet, IClusterChange
{
    // ByObject is the default; see NodeCmdlet.
    private const string ByName = "ByName";
    private const string ByObject = "ByObject";

    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    /// <summary>Plugins; wildcards match registered ones.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SchedulerPluginCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>From Get-SchedulerPluginDefinition; each is unregistered from its source.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [Rows]
    [ValidateNotNull]
    public ClusterObject? InputObject { get; set; }

    /// <summary>By default, both session and cluster.</summary>
    [Parameter]
    [ValidateSet(SchedulerPluginSource.Session, SchedulerPluginSource.Cluster)]
    public string? Scope { get; set; }

    private protected override void Process()
    {
        string[] names = InputObject switch
        {
            null => Name,
            SchedulerPluginDefinition definition => [definition.Name],
            SchedulerPlugin plugin => [plugin.Name],
            ObjectRow row => [row.Name],
            var other => [other.ToString() ?? ""],
        };
        foreach (NodeManagerSession session in InputObject is null ? Sessions : Sessions.For(InputObject))
            Sessions.StartIn(session, session, worker => UnregisterAsync(worker, session, names));
    }

    private async Task UnregisterAsync(Worker worker, NodeManagerSession session, string[] names)
    {
        IReadOnlyList<SchedulerPluginDefinition> known = await PluginRegistry.ListAsync(session, worker.Token);
        foreach (string name in names)
        {
            List<SchedulerPluginDefinition> meant =
            [
                .. known.Where(one =>
                    new NamePattern(name).Matches(one.Name)
                    && (Scope is null || Scope.Equals(one.Source, StringComparison.OrdinalIgnoreCase))
                ),
            ];
            if (meant.Count == 0 && !NamePattern.IsWildcard(name))
                worker.Error(
                    new NodeManagerException(
                        ErrorIds.SchedulerDefinitionNotFound,
                        ErrorKind.ObjectNotFound,
                        $"The plugin '{name}' is not registered in '{session.Cluster}'.",
                        name,
                        "List the registered plugins with Get-SchedulerPluginDefinition; built-in plugins cannot be unregistered."
                    ),
                    name
                );
            if (meant.Exists(static one => one.Source == SchedulerPluginSource.Cluster))
                await PluginRegistry.CheckAsync(session, worker.Token);
            if (
                meant.Count > 0
                && await worker.ShouldProcessAsync(session, $"cluster '{session.Cluster}'", $"Unregister {string.Join(", ", meant)}")
            )
                await PluginRegistry.UnregisterAsync(session, meant, worker.Token);
        }
    }
}
