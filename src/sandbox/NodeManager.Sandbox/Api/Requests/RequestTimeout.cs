using System.Text.RegularExpressions;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Requests;

/// <summary>The query parameter <c>timeout</c>, a duration as Go writes it. All is answered immediately here: it only has to be one.</summary>
internal static partial class RequestTimeout
{
    private const int CheckedFrom = 21;

    /// <exception cref="ApiException">400.</exception>
    public static void Check(string? timeout, int minor)
    {
        if (minor < CheckedFrom || string.IsNullOrEmpty(timeout) || Duration().IsMatch(timeout))
            return;
        throw StatusErrors.BadRequest($"invalid timeout specified in the request URL - time: invalid duration \"{timeout}\"");
    }

    [GeneratedRegex(
        @"^[-+]?(0|(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*)\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Duration();
}
