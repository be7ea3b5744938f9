using NodeManager.Pipeline;
using NodeManager.Providers.Files;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Validation;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Plugins;
using NodeManager.SchedulerControl.Revisions;
using NodeManager.SchedulerControl.Simulation;

namespace NodeManager.Commands;

/// <summary>Validates configurations; emits an object per configuration.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SchedulerConfiguration", DefaultParameterSetName = ClusterSet)]
[OutputType(typeof(SchedulerConfigurationTestResult), typeof(bool), typeof(SchedulerSimulation))]
public sealed class TestSchedulerConfigurationCommand : SchedulerFileCmdlet
{
    private NodeManagerSession? _target;
    private int _valid;
    private bool _hasFailed;

    /// <summary>The scheduler is the upstream one, without other plugins.</summary>
    [Parameter]
    public SwitchParameter BuiltInOnly { get; set; }

    /// <summary>Emit one Boolean: true if at least one configuration was tested and all are valid.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <summary>List the pods that would be placed on other nodes instead.</summary>
    [Parameter]
    public SwitchParameter Simulate { get; set; }

    /// <summary>With -Simulate: also pods that would stay on their node.</summary>
    [Parameter]
    public SwitchParameter IncludeUnchanged { get; set; }

    private protected override bool TakesAll => true;

    private protected override void Begin()
    {
        base.Begin();
        if (Quiet && Simulate)
            throw new NodeManagerException(
                ErrorIds.Invalid,
                ErrorKind.InvalidArgument,
                "-Quiet and -Simulate cannot be combined.",
                null,
                "Leave one of them out."
            );
        // A file is simulated with the pods of the current session's cluster.
        if (Simulate && Files.IsGiven)
            _target = Sessions[0];
    }

    private protected override void End()
    {
        if (!Quiet)
            return;
        Pump.WaitForWork();
        WriteObject(_valid > 0 && !_hasFailed);
    }

    private protected override void Fail(Exception exception, object? target)
    {
        _hasFailed = true;
        base.Fail(exception, target);
    }

    private protected override async Task WorkAsync(Worker worker, string file)
    {
        SchedulerManifest manifest = await SchedulerFiles.ReadAsync(file, Key, worker.Token);
        if (_target is { } session)
            await SimulateAsync(
                worker,
                session,
                manifest.Document,
                file,
                Files.Minor,
                await PluginRegistry.CatalogAsync(session, worker.Token)
            );
        else
            worker.Output(
                SchedulerConfigurationTest.Run(
                    manifest.Document,
                    new()
                    {
                        Minor = Files.Minor,
                        IsStock = BuiltInOnly,
                        File = file,
                        Catalog = Files.Catalog,
                    }
                )
            );
    }

    private protected override async Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler)
    {
        SchedulerDocument document = await SchedulerConfigurationReader.ReadDocumentAsync(session, scheduler, worker.Token);
        PluginCatalog catalog = await PluginRegistry.CatalogAsync(session, worker.Token);
        if (Simulate)
        {
            await SimulateAsync(worker, session, document, scheduler.Source, Files.Minor ?? scheduler.Minor, catalog);
            return;
        }

        worker.Output(
            SchedulerConfigurationTest.Run(
                document,
                new()
                {
                    Minor = Files.Minor ?? scheduler.Minor,
                    IsStock = BuiltInOnly || scheduler.IsStock,
                    File = scheduler.Source,
                    Catalog = catalog,
                },
                scheduler.OriginIn(session)
            )
        );
    }

    private protected override void Output(object value)
    {
        if (!Quiet)
            base.Output(value);
        else if (value is SchedulerConfigurationTestResult { IsValid: true })
            _valid++;
        else
            _hasFailed = true;
    }

    private async Task SimulateAsync(
        Worker worker,
        NodeManagerSession session,
        SchedulerDocument document,
        string source,
        int? minor,
        PluginCatalog catalog
    )
    {
        IReadOnlyList<SchedulerSimulation> results = await SchedulerSimulator.RunAsync(
            session,
            document,
            source,
            minor,
            catalog,
            worker,
            worker.Token
        );
        foreach (SchedulerSimulation result in results)
            if (IncludeUnchanged || result.Outcome != SchedulerSimulationOutcome.Stays)
                worker.Output(result);
        worker.Verbose(
            $"{results.Count(result => result.Outcome == SchedulerSimulationOutcome.Stays)} of {results.Count} pods would stay where they are."
        );
    }
}
