using System.Globalization;
using System.Text.RegularExpressions;

namespace NodeManager.Sandbox.Model.Resources;

/// <summary>
/// Version priority: stable before beta before alpha, newer before older, then others alphabetically. Source: the Kubernetes documentation,
/// "Versions in CustomResourceDefinitions".
/// </summary>
internal static partial class VersionOrder
{
    public static Comparer<string> PreferredFirst { get; } = Comparer<string>.Create(Compare);

    private static int Compare(string? left, string? right)
    {
        (int Stage, long Major, long Minor)? one = Read(left!),
            other = Read(right!);
        return (one, other) switch
        {
            (null, null) => string.CompareOrdinal(left, right),
            (null, _) => 1,
            (_, null) => -1,
            var (a, b) => b.Value.CompareTo(a.Value),
        };
    }

    private static (int Stage, long Major, long Minor)? Read(string version)
    {
        Match match = Pattern().Match(version);
        if (!match.Success || !TryParse(match.Groups[1], out long major))
            return null;
        int stage = match.Groups[2].Value switch
        {
            "alpha" => 0,
            "beta" => 1,
            _ => 2,
        };
        return stage == 2 ? (stage, major, 0)
            : TryParse(match.Groups[3], out long minor) ? (stage, major, minor)
            : null;
    }

    private static bool TryParse(Group digits, out long number) =>
        long.TryParse(digits.Value, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    [GeneratedRegex("^v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
