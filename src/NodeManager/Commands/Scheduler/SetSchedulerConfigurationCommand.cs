using System.Security;
using NodeManager.Pipeline;
using NodeManager.Providers.Files;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Editing;
using NodeManager.SchedulerConfigurations.Templates;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Plugins;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.Commands;

/// <summary>Replaces a configuration with a text or a file, or applies a template to it.</summary>
[Cmdlet(
    VerbsCommon.Set,
    "SchedulerConfiguration",
    DefaultParameterSetName = ClusterSet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High
)]
[OutputType(typeof(SchedulerConfiguration))]
public sealed class SetSchedulerConfigurationCommand : SchedulerChangeCmdlet
{
    private ConfigurationTemplate? _template;

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Text { get; set; }

    /// <summary>A file with the new configuration, or with its ConfigMap.</summary>
    [Parameter]
    [Alias("File")]
    [ValidateNotNullOrEmpty]
    public string? SourcePath { get; set; }

    [Parameter]
    [ValidateNotNull]
    public SecureString? Passphrase { get; set; }

    /// <summary>The template to apply.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SchedulerTemplateCompleter))]
    public string? Template { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? TemplateFolder { get; set; }

    /// <summary>The profiles that the template changes; by default, all.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] SchedulerName { get; set; } = [];

    [Parameter(ParameterSetName = ClusterSet)]
    public SwitchParameter PassThru { get; set; }

    private protected override void Begin()
    {
        base.Begin();
        if (new[] { Text, SourcePath, Template }.Count(one => one is not null) != 1)
            throw new NodeManagerException(
                ErrorIds.Invalid,
                ErrorKind.InvalidArgument,
                "Exactly one of -Text, -SourcePath and -Template is required.",
                null,
                "Use one of them."
            );
        if (Template is not null)
            _template = ConfigurationTemplates.Find(
                Template,
                TemplateFolder is null ? null : GetUnresolvedProviderPathFromPSPath(TemplateFolder)
            );
        SourcePath = SourcePath is null ? null : GetUnresolvedProviderPathFromPSPath(SourcePath);
    }

    private protected override async Task WorkAsync(Worker worker, string file)
    {
        Func<SchedulerDocument, SchedulerDocument> edit = _template is null
            ? SchedulerFileChange.Replacement(await NewTextAsync(worker))
            : document => Apply(document, Files.Minor, Files.Catalog, worker.Warning);
        await ChangeFileAsync(worker, file, FileChange(worker, file, Action, edit));
    }

    private protected override async Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler)
    {
        await ChangeAsync(
            worker,
            session,
            scheduler,
            Action,
            await EditAsync(worker, session, scheduler),
            isReplacement: _template is null
        );
        if (PassThru)
            worker.Output(await SchedulerConfigurationReader.ReadAsync(session, scheduler, worker, worker.Token));
    }

    private async Task<Func<string, string>> EditAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler)
    {
        if (_template is null)
        {
            string text = await NewTextAsync(worker);
            return _ => text;
        }

        PluginCatalog catalog = await PluginRegistry.CatalogAsync(session, worker.Token);
        var reported = new HashSet<string>();
        return SchedulerChange.OfDocument(
            scheduler,
            document =>
                Apply(
                    document,
                    Files.Minor ?? scheduler.Minor,
                    catalog,
                    warning =>
                    {
                        if (reported.Add(warning))
                            worker.Warning(warning);
                    }
                )
        );
    }

    private SchedulerDocument Apply(SchedulerDocument document, int? minor, PluginCatalog catalog, Action<string> warn)
    {
        PluginChangeResult result = ConfigurationTemplates.Apply(document, _template!, SchedulerName, minor, catalog, Force);
        foreach (string warning in result.Warnings)
            warn(warning);
        return result.Document;
    }

    private string Action =>
        _template is not null ? $"Apply the template {_template.Name}"
        : SourcePath is null ? "Set the configuration"
        : $"Set the configuration to {System.IO.Path.GetFileName(SourcePath)}";

    private async Task<string> NewTextAsync(Worker worker) =>
        Text ?? (await SchedulerFiles.ReadAsync(SourcePath!, null, Passphrase, worker.Token)).Document.Text;
}
