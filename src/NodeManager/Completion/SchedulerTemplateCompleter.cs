using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NodeManager.SchedulerConfigurations.Templates;

namespace NodeManager.Completion;

/// <summary>The templates of a scheduler's configuration, those of the folder on the line included.</summary>
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
            // The folder is not there yet, or holds something else: ours are.
        }

        return Completions.From(templates.Select(template => template.Name), wordToComplete);
    }
}
