using NodeManager.Pipeline;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerControl.Plugins;

namespace NodeManager.Commands;

/// <summary>Registers a scheduler plugin from a definition file.</summary>
[Cmdlet(VerbsLifecycle.Register, "SchedulerPlugin", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(SchedulerPluginDefinition))]
public sealed class RegisterSchedulerPluginCommand : SessionCmdlet, IClusterChange
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    [Parameter(
        Mandatory = true,
        Position = 0,
        ParameterSetName = PathSet,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true
    )]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Registers for this session, or for all users of the cluster.</summary>
    [Parameter]
    [ValidateSet(SchedulerPluginSource.Session, SchedulerPluginSource.Cluster)]
    public string Scope { get; set; } = SchedulerPluginSource.Session;

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        foreach (string file in ResolvedFiles.Of(this, Path, LiteralPath, ErrorIds.SchedulerDefinitionNotFound, Fail))
        foreach (NodeManagerSession session in Sessions)
            Sessions.StartIn(session, file, worker => RegisterAsync(worker, session, file));
    }

    private async Task RegisterAsync(Worker worker, NodeManagerSession session, string file)
    {
        IReadOnlyList<SchedulerPluginDefinition> definitions = PluginDefinitions.Read(await ReadAsync(file, worker.Token), file, Scope);
        string where =
            Scope == SchedulerPluginSource.Cluster
                ? $"cluster '{session.Cluster}', for all users"
                : $"session to cluster '{session.Cluster}'";
        string action = $"Register {string.Join(", ", definitions)}";
        if (Scope == SchedulerPluginSource.Cluster)
            await PluginRegistry.CheckAsync(session, worker.Token);
        bool isConfirmed =
            Scope == SchedulerPluginSource.Cluster
                ? await worker.ShouldProcessAsync(session, where, action)
                : await worker.ShouldProcessLocallyAsync(where, action);
        if (!isConfirmed)
            return;
        foreach (SchedulerPluginDefinition definition in await PluginRegistry.RegisterAsync(session, definitions, Scope, worker.Token))
            if (PassThru)
                worker.Output(definition);
    }

    private static async Task<string> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new NodeManagerException(
                ErrorIds.SchedulerDefinitionNotFound,
                ErrorKind.ResourceUnavailable,
                $"{file} cannot be read: {exception.Message}",
                file,
                "Check that you have read permission.",
                exception
            );
        }
    }
}
