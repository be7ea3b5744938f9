using System.Management.Automation;
using NodeManager.Core.Scheduler.Documents;
using NodeManager.Core.Scheduler.Files;
using NodeManager.Core.Scheduler.Validation;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Whether a scheduler would start with a configuration, and what it would ignore: an object per finding, none where all is well.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SchedulerConfiguration")]
[OutputType(typeof(SchedulerConfigurationFinding))]
public sealed class TestSchedulerConfigurationCommand : SchedulerFileCmdlet
{
    /// <summary>The scheduler is Kubernetes' own, with its built-in plugins alone.</summary>
    [Parameter]
    public SwitchParameter BuiltInOnly { get; set; }

    private protected override async Task WorkAsync(Worker worker, string file)
    {
        SchedulerManifest manifest = await SchedulerFiles.ReadAsync(file, Key, worker.Token);
        var options = new ValidationOptions { Minor = Minor, IsStock = BuiltInOnly, File = file };
        foreach (SchedulerConfigurationFinding finding in SchedulerConfigurationValidator.Validate(manifest.Document, options))
            worker.Output(finding);
    }
}
