using System.Management.Automation;

namespace NodeManager.Parameters;

/// <summary>Texts that match any of several patterns with wildcards.</summary>
internal static class TextPatterns
{
    public static Predicate<string> Matcher(string[] patterns)
    {
        WildcardPattern[] all = [.. patterns.Select(pattern => new WildcardPattern(pattern, WildcardOptions.IgnoreCase))];
        return text => all.Any(pattern => pattern.IsMatch(text));
    }
}
