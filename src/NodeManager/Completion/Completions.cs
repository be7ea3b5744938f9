using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using NodeManager.Parameters;
using NodeManager.Sessions;

namespace NodeManager.Completion;

/// <summary>Candidates in the form that PowerShell requires.</summary>
internal static class Completions
{
    /// <summary>How long Tab may take.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Those that start with what was typed, or contain it where none starts with it; quoted where a bare word will not do.</summary>
    public static IEnumerable<CompletionResult> From(IEnumerable<string> candidates, string word)
    {
        string typed = word.Trim('\'', '"');
        // What cannot be shown as it is cannot be typed either.
        string[] all = [.. candidates.Where(c => DisplayText.Escape(c) == c).Distinct(StringComparer.Ordinal)];
        string[] starting = [.. all.Where(c => c.StartsWith(typed, StringComparison.OrdinalIgnoreCase))];
        IEnumerable<string> chosen = starting.Length > 0 ? starting : all.Where(c => c.Contains(typed, StringComparison.OrdinalIgnoreCase));
        return chosen.Select(c => new CompletionResult(Quote(c), c, CompletionResultType.ParameterValue, c));
    }

    /// <summary>The sessions to ask: those on the line, else the current one. Never a new one.</summary>
    public static NodeManagerSession[] Sessions(IDictionary boundParameters) =>
        boundParameters["Session"] is { } given ? [.. SessionArgumentAttribute.Find(given)]
        : SessionRegistry.Current(Runspace.DefaultRunspace) is { } current ? [current]
        : [];

    /// <summary>
    /// What a reader finds in the sessions on the line, within the time of Tab. An error ends the reading and is not shown, as it would
    /// break the line being typed; what was found by then is returned.
    /// </summary>
    public static List<T> Read<T>(IDictionary boundParameters, Func<NodeManagerSession, List<T>, CancellationToken, Task> read)
    {
        List<T> found = [];
        using var limit = new CancellationTokenSource(Timeout);
        try
        {
            NodeManagerSession[] sessions = Sessions(boundParameters);
            Task.Run(async () =>
                {
                    foreach (NodeManagerSession session in sessions)
                        await read(session, found, limit.Token);
                })
                .GetAwaiter()
                .GetResult();
        }
        catch (Exception)
        {
            // See above.
        }

        return found;
    }

    private static string Quote(string value) =>
        value.Length > 0 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '=') && value[0] != '-'
            ? value
            : "'" + CodeGeneration.EscapeSingleQuotedStringContent(value) + "'";
}
