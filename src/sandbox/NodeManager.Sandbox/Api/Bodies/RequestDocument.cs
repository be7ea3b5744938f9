using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Api.Bodies;

/// <summary>What a request carries, read.</summary>
/// <param name="Root">Null for no body, and for null.</param>
/// <param name="Duplicates">The members that stood there twice: of the first hundred, the rest is not told of.</param>
/// <param name="IsYaml">True where it was written in YAML, whose faults are told by their lines.</param>
internal sealed record RequestDocument(JsonNode? Root, IReadOnlyList<DuplicateMember> Duplicates, bool IsYaml)
{
    /// <summary>More are not told of.</summary>
    public const int MostDuplicates = 100;

    public static RequestDocument Empty { get; } = new(null, [], false);

    /// <summary>The duplicates as clients are told of them.</summary>
    public IEnumerable<string> Told(bool byLine) =>
        Duplicates.Select(member =>
            byLine ? $"line {member.Line}: key \"{member.Name}\" already set in map" : $"duplicate field \"{member.Path}\""
        );
}
