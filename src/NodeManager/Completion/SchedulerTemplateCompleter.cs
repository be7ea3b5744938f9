using System.Collections;
using NodeManager.SchedulerConfigurations.Templates;

namespace NodeManager.Completion;

/// <summary>Built-in templates and those of the folder on the command line.</summary>
public sealed class SchedulerTemplateCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound)
    {
        IEnumerable<ConfigurationTemplate> templates = ConfigurationTemplates.BuiltIn;
        try
        {
            templates = ConfigurationTemplates.List(bound["TemplateFolder"] as string);
        }
        catch (NodeManagerException)
        {
            // An unreadable folder contributes no templates.
        }

        return templates.Select(template => template.Name);
    }
}
