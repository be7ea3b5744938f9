using System.Buffers;
using System.Globalization;

namespace NodeManager.Kubernetes.Validation;

/// <summary>The words that the API server's messages are made of.</summary>
internal static class Rules
{
    public const string Empty = "must be non-empty";

    public static readonly SearchValues<char> LabelCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    public static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    public static string TooLong(int length) => string.Create(CultureInfo.InvariantCulture, $"must be no more than {length} characters");

    public static string Pattern(string rule, string pattern, params string[] examples) =>
        $"{rule} (e.g. {string.Concat(examples.Select((example, i) => (i > 0 ? " or " : "") + $"'{example}', "))}regex used for validation is '{pattern}')";

    /// <summary>Null when none is broken.</summary>
    public static string? Join(params string?[] broken) =>
        string.Join("; ", broken.Where(rule => rule is not null)) is { Length: > 0 } text ? text : null;
}
