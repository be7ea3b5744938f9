namespace NodeManager.Sandbox.Api.Bodies;

/// <param name="Root">Null for no body, and for null.</param>
/// <param name="Duplicates">The first hundred duplicate members.</param>
/// <param name="IsYaml">YAML errors are reported by line.</param>
internal sealed record RequestDocument(JsonNode? Root, IReadOnlyList<DuplicateMember> Duplicates, bool IsYaml)
{
    public const int MaximumDuplicates = 100;

    public static RequestDocument Empty { get; } = new(null, [], false);

    /// <summary>Duplicate members, as in warnings.</summary>
    public IEnumerable<string> Describe(bool byLine) =>
        Duplicates.Select(member =>
            byLine ? $"line {member.Line}: key \"{member.Name}\" already set in map" : $"duplicate field \"{member.Path}\""
        );
}
