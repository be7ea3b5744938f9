using System.Management.Automation;
using NodeManager.Core.Scheduler.Documents;
using NodeManager.Core.Scheduler.Validation;

namespace NodeManager.Commands;

/// <summary>Whether a scheduler would start with a configuration, and what it would ignore: an object per finding, none where all is well.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SchedulerConfiguration")]
[OutputType(typeof(SchedulerConfigurationFinding))]
public sealed class TestSchedulerConfigurationCommand : SchedulerFileCmdlet
{
    /// <summary>The scheduler is Kubernetes' own, with its built-in plugins alone.</summary>
    [Parameter]
    public SwitchParameter BuiltInOnly { get; set; }

    private protected override IEnumerable<object> Look(SchedulerDocument document, string file, int? minor) =>
        SchedulerConfigurationValidator.Validate(document, new ValidationOptions { Minor = minor, IsStock = BuiltInOnly, File = file });
}
