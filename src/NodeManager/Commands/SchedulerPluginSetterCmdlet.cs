using System.Management.Automation;
using NodeManager.Completion;
using NodeManager.Core.Scheduler.Documents;
using NodeManager.Core.Scheduler.Editing;
using NodeManager.Core.Scheduler.Files;
using NodeManager.Core.Scheduler.Reading;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Changes plugins in configurations, all of a file's in one write.</summary>
public abstract class SchedulerPluginSetterCmdlet : SchedulerFileCmdlet
{
    /// <summary>The plugins.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SchedulerPluginCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>The extension points; without it those that the plugin's own kind calls for.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ExtensionPointCompleter))]
    public string[] ExtensionPoint { get; set; } = [];

    /// <summary>The profiles; without it all.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] SchedulerName { get; set; } = [];

    /// <summary>Also what is not known, and what a scheduler would not start with.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Emit the plugins as they are after the change.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>What ShouldProcess says.</summary>
    private protected abstract string Verb { get; }

    /// <summary>The change of one plugin.</summary>
    private protected virtual PluginChange Change(string name) => new()
    {
        Name = name,
        ExtensionPoints = ExtensionPoint,
        SchedulerNames = SchedulerName,
        Force = Force,
    };

    private protected abstract PluginChangeResult Apply(SchedulerDocument document, PluginChange change);

    private protected sealed override async Task WorkAsync(Worker worker, string file)
    {
        SchedulerDocument? changed = await SchedulerFiles.ChangeAsync(
            file,
            Key,
            Minor,
            document => Name.Aggregate(document, (current, name) =>
            {
                PluginChangeResult result = Apply(current, Change(name));
                foreach (string warning in result.Warnings)
                    worker.Warning(warning);
                return result.Document;
            }),
            Force,
            differences => worker.ShouldProcessAsync(file, $"{Verb} {string.Join(", ", Name)} ({string.Join("; ", differences)})"),
            worker.Token);
        if (changed is not null)
            worker.Verbose($"{file} was written. A scheduler reads its configuration when it starts: restart it to have the change.");
        if (!PassThru)
            return;
        SchedulerDocument now = changed ?? (await SchedulerFiles.ReadAsync(file, Key, worker.Token)).Document;
        foreach (SchedulerPlugin plugin in SchedulerPlugins.Read(now, Minor, file: file))
            if (Name.Contains(plugin.Name) && (SchedulerName.Length == 0 || SchedulerName.Contains(plugin.SchedulerName)))
                worker.Output(plugin);
    }
}
