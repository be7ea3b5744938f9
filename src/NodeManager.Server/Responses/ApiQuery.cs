using System.Globalization;

namespace NodeManager.Server.Responses;

/// <summary>Reads query parameters. The framework's own binding would name its types in the refusal, and not the parameter.</summary>
internal static class ApiQuery
{
    /// <summary>A whole number.</summary>
    /// <param name="text">Null where the query does not have it.</param>
    /// <param name="name">Of the parameter.</param>
    /// <param name="usual">Without it.</param>
    /// <param name="least">The smallest that is allowed.</param>
    /// <param name="most">The largest that is allowed.</param>
    /// <exception cref="NodeManagerException">InvalidRequest.</exception>
    public static int Number(string? text, string name, int usual, int least, int most) =>
        string.IsNullOrEmpty(text) ? usual
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
        : throw Invalid(name, text, most == int.MaxValue ? $"whole numbers from {least}" : $"whole numbers from {least} to {most}");

    /// <summary><c>true</c> or <c>false</c>.</summary>
    /// <exception cref="NodeManagerException">InvalidRequest.</exception>
    public static bool Flag(string? text, string name, bool usual) =>
        string.IsNullOrEmpty(text) ? usual
        : bool.TryParse(text, out bool value) ? value
        : throw Invalid(name, text, "true or false");

    /// <summary>One of several values, in its own case; empty without the parameter.</summary>
    /// <exception cref="NodeManagerException">InvalidRequest.</exception>
    public static string OneOf(string? text, string name, IReadOnlyList<string> values) =>
        string.IsNullOrEmpty(text)
            ? ""
            : values.FirstOrDefault(one => one.Equals(text, StringComparison.OrdinalIgnoreCase))
                ?? throw Invalid(name, text, string.Join(", ", values));

    private static NodeManagerException Invalid(string name, string text, string takes) =>
        new("InvalidRequest", ErrorKind.InvalidArgument, $"'{name}' is '{text}'; it takes {takes}.", text);
}
