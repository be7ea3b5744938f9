using NodeManager.SchedulerControl.Telemetry;

namespace NodeManager.Commands;

/// <summary>Counts the plugin changes and restarts of this process.</summary>
[Cmdlet(VerbsCommon.Get, "SchedulerCounter")]
[OutputType(typeof(SchedulerCounter))]
public sealed class GetSchedulerCounterCommand : PSCmdlet
{
    protected override void EndProcessing() => WriteObject(SchedulerTelemetry.Read(), enumerateCollection: true);
}
