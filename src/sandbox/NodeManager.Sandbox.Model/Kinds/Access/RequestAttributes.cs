namespace NodeManager.Sandbox.Model.Kinds.Access;

/// <summary>The RBAC attributes of a request, from its path alone: an unauthorized client must not learn what exists.</summary>
internal sealed record RequestAttributes
{
    public required string Verb { get; init; }

    public string Group { get; init; } = "";

    /// <summary>Empty for a path that is not a resource.</summary>
    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>Empty at cluster scope.</summary>
    public string Namespace { get; init; } = "";

    public string Path { get; init; } = "";

    public bool IsResource => Resource.Length > 0;

    public string FullResource => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";
}
