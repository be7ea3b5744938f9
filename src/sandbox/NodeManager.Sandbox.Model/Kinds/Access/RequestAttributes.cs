namespace NodeManager.Sandbox.Model.Kinds.Access;

/// <summary>
/// What a request wants to do, as rules speak of it: a verb on a resource, or on a path. Read from the path alone, whether or not
/// anything is served there: who may not ask does not learn what there is.
/// </summary>
internal sealed record RequestAttributes
{
    public required string Verb { get; init; }

    public string Group { get; init; } = "";

    /// <summary>Empty for a path that is not a resource.</summary>
    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>Empty at the cluster's scope.</summary>
    public string Namespace { get; init; } = "";

    public string Path { get; init; } = "";

    public bool IsResource => Resource.Length > 0;

    public string FullResource => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";
}
