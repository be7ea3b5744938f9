using System.Management.Automation;
using NodeManager.Core.Scheduler.Documents;
using NodeManager.Core.Scheduler.Files;
using NodeManager.Core.Scheduler.Live;
using NodeManager.Core.Scheduler.Validation;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Whether a scheduler would start with a configuration, and what it would ignore: an object per finding, none where all is well.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SchedulerConfiguration", DefaultParameterSetName = ClusterSet)]
[OutputType(typeof(SchedulerConfigurationFinding))]
public sealed class TestSchedulerConfigurationCommand : SchedulerFileCmdlet
{
    /// <summary>The scheduler is Kubernetes' own, with its built-in plugins alone.</summary>
    [Parameter]
    public SwitchParameter BuiltInOnly { get; set; }

    private protected override bool TakesAll => true;

    private protected override async Task WorkAsync(Worker worker, string file)
    {
        SchedulerManifest manifest = await SchedulerFiles.ReadAsync(file, Key, worker.Token);
        Emit(worker, manifest.Document, new() { Minor = Minor, IsStock = BuiltInOnly, File = file });
    }

    private protected override async Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler)
    {
        SchedulerDocument document = await SchedulerConfigurationReader.ReadDocumentAsync(session, scheduler, worker.Token);
        Emit(worker, document, new()
        {
            Minor = Minor ?? scheduler.Minor,
            IsStock = BuiltInOnly || scheduler.IsStock,
            File = scheduler.Source,
        });
    }

    private static void Emit(Worker worker, SchedulerDocument document, ValidationOptions options)
    {
        foreach (SchedulerConfigurationFinding finding in SchedulerConfigurationValidator.Validate(document, options))
            worker.Output(finding);
    }
}
