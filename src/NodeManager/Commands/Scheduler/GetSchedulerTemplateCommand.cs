using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Completion;
using NodeManager.Kubernetes.Selectors;
using NodeManager.SchedulerConfigurations.Templates;

namespace NodeManager.Commands;

/// <summary>The templates of Set-SchedulerConfiguration, ours and those of a folder.</summary>
[Cmdlet(VerbsCommon.Get, "SchedulerTemplate")]
[OutputType(typeof(SchedulerTemplate))]
public sealed class GetSchedulerTemplateCommand : AsyncCmdlet
{
    /// <summary>Templates by name, with wildcards.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SchedulerTemplateCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>A folder with templates of your own.</summary>
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
