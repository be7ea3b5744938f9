using System.Management.Automation;
using NodeManager.Core.Scheduler.Documents;
using NodeManager.Core.Scheduler.Files;
using NodeManager.Core.Scheduler.Live;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Replaces a whole configuration by a text, or by a file's.</summary>
[Cmdlet(VerbsCommon.Set, "SchedulerConfiguration", DefaultParameterSetName = ClusterSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(SchedulerConfiguration))]
public sealed class SetSchedulerConfigurationCommand : SchedulerChangeCmdlet
{
    /// <summary>The new configuration.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Text { get; set; }

    /// <summary>A file with the new configuration, or with a ConfigMap that holds it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? File { get; set; }

    /// <summary>Emit the configuration as it then is.</summary>
    [Parameter(ParameterSetName = ClusterSet)]
    public SwitchParameter PassThru { get; set; }

    private protected override void Begin()
    {
        base.Begin();
        if (Text is null == File is null)
            throw new NodeManagerException(
                ErrorIds.Invalid, ErrorKind.InvalidArgument, "The new configuration is given by -Text or by -File, by one of them.", null,
                "Give one of them.");
        File = File is null ? null : GetUnresolvedProviderPathFromPSPath(File);
    }

    private protected override async Task WorkAsync(Worker worker, string file)
    {
        string text = await NewTextAsync(worker);
        SchedulerDocument? changed = await SchedulerFiles.ReplaceAsync(
            file, Key, Minor, text, Force, differences => worker.ShouldProcessAsync(file, $"{Action} ({string.Join("; ", differences)})"), RevisionLimit, worker.Token);
        if (changed is not null)
            worker.Verbose($"{file} was written. A scheduler reads its configuration when it starts: restart it to have the change.");
    }

    private protected override async Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler)
    {
        string text = await NewTextAsync(worker);
        await ChangeAsync(worker, session, scheduler, Action, _ => text);
        if (PassThru)
            worker.Output(await SchedulerConfigurationReader.ReadAsync(session, scheduler, worker, worker.Token));
    }

    private string Action => File is null ? "Set the configuration" : $"Set the configuration to {System.IO.Path.GetFileName(File)}";

    private async Task<string> NewTextAsync(Worker worker) =>
        Text ?? (await SchedulerFiles.ReadAsync(File!, null, worker.Token)).Document.Text;
}
