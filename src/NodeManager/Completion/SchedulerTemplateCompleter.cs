using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NodeManager.SchedulerConfigurations.Templates;

namespace NodeManager.Completion;

/// <summary>Built-in templates and those of the folder on the command line.</summary>
public sealed class SchedulerTemplateCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    )
    {
        IEnumerable<ConfigurationTemplate> templates = ConfigurationTemplates.BuiltIn;
        try
        {
            templates = ConfigurationTemplates.List(fakeBoundParameters["TemplateFolder"] as string);
        }
        catch (NodeManagerException)
        {
            // An unreadable folder contributes no templates.
        }

        return Completions.From(templates.Select(template => template.Name), wordToComplete);
    }
}
