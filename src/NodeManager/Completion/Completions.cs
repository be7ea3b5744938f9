using System.Collections;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using NodeManager.Sessions;

namespace NodeManager.Completion;

/// <summary>Converts candidates to completion results.</summary>
internal static class Completions
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Candidates with the typed prefix, else those that contain it; quoted where needed.</summary>
    public static IEnumerable<CompletionResult> From(IEnumerable<string> candidates, string word)
    {
        string typed = word.Trim('\'', '"');
        // Text that must be escaped for display cannot be typed.
        string[] all = [.. candidates.Where(c => DisplayText.Escape(c) == c).Distinct(StringComparer.Ordinal)];
        string[] starting = [.. all.Where(c => c.StartsWith(typed, StringComparison.OrdinalIgnoreCase))];
        IEnumerable<string> chosen = starting.Length > 0 ? starting : all.Where(c => c.Contains(typed, StringComparison.OrdinalIgnoreCase));
        return chosen.Select(c => new CompletionResult(Quote(c), c, CompletionResultType.ParameterValue, c));
    }

    /// <summary>The sessions of the command line, else the current one. Never connects.</summary>
    public static NodeManagerSession[] Sessions(IDictionary boundParameters) =>
        boundParameters["Session"] is { } given ? [.. SessionArgumentAttribute.Find(given)]
        : SessionRegistry.Current(Runspace.DefaultRunspace) is { } current ? [current]
        : [];

    /// <summary>
    /// Reads candidates from the sessions of the command line within the time limit. An error ends the reading silently, because it would
    /// break the line being typed; results so far are returned.
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
            // The error is dropped; see the summary.
        }

        return found;
    }

    private static string Quote(string value) =>
        value.Length > 0 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '=') && value[0] != '-'
            ? value
            : "'" + CodeGeneration.EscapeSingleQuotedStringContent(value) + "'";
}
