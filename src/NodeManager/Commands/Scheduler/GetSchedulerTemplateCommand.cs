using NodeManager.Kubernetes.Selectors;
using NodeManager.SchedulerConfigurations.Templates;

namespace NodeManager.Commands;

/// <summary>Lists the built-in templates and those of a folder.</summary>
[Cmdlet(VerbsCommon.Get, "SchedulerTemplate")]
[OutputType(typeof(SchedulerTemplate))]
public sealed class GetSchedulerTemplateCommand : AsyncCmdlet
{
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SchedulerTemplateCompleter))]
    public string[] Name { get; set; } = ["*"];

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? TemplateFolder { get; set; }

    private protected override void End()
    {
        Predicate<string> name = NamePattern.Any(Name);
        string? folder = TemplateFolder is null ? null : GetUnresolvedProviderPathFromPSPath(TemplateFolder);
        foreach (ConfigurationTemplate template in ConfigurationTemplates.List(folder))
            if (name(template.Name))
                WriteObject(
                    new SchedulerTemplate
                    {
                        Name = template.Name,
                        Description = template.Description,
                        Plugins = new([.. template.Steps.Select(step => step.Plugin).Distinct()]),
                        Requires = new([.. ConfigurationTemplates.ForeignPlugins(template)]),
                        File = template.File,
                    }
                );
    }
}
