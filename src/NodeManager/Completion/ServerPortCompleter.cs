using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using NodeManager.Sessions;

namespace NodeManager.Completion;

public sealed class ServerPortCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) => Completions.From(ServerRegistry.All.Select(static one => one.Server.Port.ToString(CultureInfo.InvariantCulture)), wordToComplete);
}
