using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace NodeManager.Completion;

/// <summary>Example windows in the local time zone and in UTC.</summary>
public sealed class WindowCompleter : IArgumentCompleter
{
    private static readonly string[] Times = ["22:00-06:00", "Mon-Fri 01:00-05:00", "Sat,Sun 22:00-04:00"];

    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    )
    {
        string[] zones =
        [
            .. new[] { TimeZoneInfo.Local.Id, "UTC" }
                .Where(static zone => !zone.Contains(' ', StringComparison.Ordinal))
                .Distinct(StringComparer.Ordinal),
        ];
        return Completions.From(Times.SelectMany(time => zones.Select(zone => $"{time} {zone}").Prepend(time)), wordToComplete);
    }
}
