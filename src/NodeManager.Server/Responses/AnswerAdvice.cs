using System.Collections.Frozen;
using System.Text.RegularExpressions;
using NodeManager.Drains.Options;

namespace NodeManager.Server.Responses;

/// <summary>
/// Translates the domain's advice, which names cmdlets and parameters, for callers of routes and users of pages: equivalents are renamed,
/// the rest is omitted.
/// </summary>
internal static partial class AnswerAdvice
{
    // Parameters of cmdlets that bodies have as fields.
    private static readonly FrozenDictionary<string, string> Fields = new Dictionary<string, string>(
        DrainOption.Requestable.Select(static option => KeyValuePair.Create($"-{option.Parameter}", DrainBody.FieldOf(option)))
    )
    {
        ["-IncludeControlPlane"] = "include_control_plane",
        ["-MaxSurge"] = "max_surge",
        ["-MaxUnavailable"] = "max_unavailable",
        ["-Strategy"] = "strategy",
        ["-MachineType"] = "machine_type",
        ["-Release"] = "release",
        ["-All"] = "all",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The part of an advice that applies here; null for none.</summary>
    public static string? Of(string? advice)
    {
        if (string.IsNullOrEmpty(advice))
            return null;
        string[] kept = [.. SentenceEnd().Split(WithFields(advice)).Select(Followable).OfType<string>()];
        return kept.Length > 0 ? string.Join(' ', kept) : null;
    }

    /// <summary>Text with advice, without sentences that do not apply here. Text without others is unchanged.</summary>
    public static string In(string text) => Of(text) ?? text;

    /// <inheritdoc cref="In(string)"/>
    public static IReadOnlyList<string> In(IEnumerable<string> texts) => [.. texts.Select(In)];

    private static string WithFields(string text) =>
        Parameter()
            .Replace(text, static found => Fields.TryGetValue(found.Value, out string? field) ? field : found.Value)
            .Replace("run the command again", "try again", StringComparison.OrdinalIgnoreCase);

    // The alternatives of a sentence that name nothing of PowerShell.
    private static string? Followable(string sentence)
    {
        if (!IsForeign(sentence))
            return Capitalized(sentence);
        string[] kept = [.. Alternative().Split(sentence).Where(static one => !IsForeign(one))];
        if (kept.Length == 0)
            return null;
        string joined = string.Join(", or ", kept);
        return Capitalized(joined.EndsWith('.') ? joined : joined + ".");
    }

    private static string Capitalized(string sentence) =>
        sentence.StartsWith("try again", StringComparison.Ordinal) ? "T" + sentence[1..]
        : sentence.Length > 0 && char.IsLower(sentence[0]) && !sentence.Contains('_', StringComparison.Ordinal)
            ? char.ToUpperInvariant(sentence[0]) + sentence[1..]
        : sentence;

    private static bool IsForeign(string text) => Cmdlet().IsMatch(text) || Parameter().IsMatch(text);

    [GeneratedRegex(@"(?<=[.!?])\s+(?=\p{Lu})")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@",\s+or\s+")]
    private static partial Regex Alternative();

    [GeneratedRegex(@"(?<![\w-])-[A-Z][A-Za-z]+")]
    private static partial Regex Parameter();

    [GeneratedRegex(
        @"\b(?:Add|Backup|Clear|Compare|Connect|Copy|Disable|Disconnect|Enable|Export|Get|Import|Install|Invoke|Measure|New|Out|Receive|Register|Remove|Repair|Resize|Restart|Restore|Resume|Save|Select|Set|Show|Start|Stop|Suspend|Test|Unregister|Update|Wait|Watch|ConvertTo|ConvertFrom|Where|Approve|Deny)-[A-Z][A-Za-z]+"
    )]
    private static partial Regex Cmdlet();
}
