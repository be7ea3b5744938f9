using System.Text.RegularExpressions;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Requests;

/// <summary>The <c>timeout</c> parameter, a Go duration, which is only validated because responses are immediate.</summary>
internal static partial class RequestTimeout
{
    private const int CheckedFrom = 21;

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
