using System.Globalization;

namespace NodeManager.Server.Responses;

/// <summary>Parses query parameters. The framework's own binding would report its types instead of the parameter.</summary>
internal static class ApiQuery
{
    /// <param name="text">Null if missing.</param>
    /// <param name="usual">The default.</param>
    public static int ParseNumber(string? text, string name, int usual, int minimum, int maximum)
    {
        if (string.IsNullOrEmpty(text))
            return usual;
        bool isNumber = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value);
        if (isNumber && value >= minimum && value <= maximum)
            return value;
        throw Invalid(name, text, maximum == int.MaxValue ? $"whole numbers from {minimum}" : $"whole numbers from {minimum} to {maximum}");
    }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static bool ParseFlag(string? text, string name, bool usual) =>
        string.IsNullOrEmpty(text) ? usual
        : bool.TryParse(text, out bool value) ? value
        : throw Invalid(name, text, "true or false");

    /// <summary>One of several values, case-insensitive, in its canonical case; empty if missing.</summary>
    public static string OneOf(string? text, string name, IReadOnlyList<string> values) =>
        string.IsNullOrEmpty(text)
            ? ""
            : values.FirstOrDefault(one => one.Equals(text, StringComparison.OrdinalIgnoreCase))
                ?? throw Invalid(name, text, string.Join(", ", values));

    private static NodeManagerException Invalid(string name, string text, string takes) =>
        new("InvalidRequest", ErrorKind.InvalidArgument, $"'{name}' is '{text}'; it takes {takes}.", text);
}
