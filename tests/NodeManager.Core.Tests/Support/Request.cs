using System.Text.Json.Nodes;

namespace NodeManager.Core.Tests.Support;

/// <summary>A request as the server got it.</summary>
public sealed record Request(string Method, string Path, string Query, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    /// <summary>The value of a query parameter, decoded; null without it.</summary>
    public string? this[string parameter] =>
        Query
            .TrimStart('?')
            .Split('&')
            .Select(p => p.Split('=', 2))
            .Where(p => p[0] == parameter)
            .Select(p => Uri.UnescapeDataString(p[1]))
            .FirstOrDefault();

    public override string ToString() => $"{Method} {Path}{Query}";
}
