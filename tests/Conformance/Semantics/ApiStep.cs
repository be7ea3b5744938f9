namespace NodeManager.Conformance.Semantics;

/// <summary>A request. In <c>Path</c> and <c>Body</c>, <c>⟦…⟧</c> stands for what each server gave: see <see cref="ApiSide"/>.</summary>
/// <param name="Label">What is tried, for the report.</param>
/// <param name="Kind">Of what.</param>
/// <param name="Method">Of HTTP.</param>
/// <param name="Path">With query.</param>
internal sealed record ApiStep(string Label, ApiKind Kind, string Method, string Path)
{
    public string? Body { get; init; }

    public string ContentType { get; init; } = "application/json";

    public string? Accept { get; init; }

    /// <summary>The path of the object that it is about; of the collection, where it is about none.</summary>
    public required string Target { get; init; }

    /// <summary>The real server's object from which the body was made: what both still have in common is replaced by each one's own.</summary>
    public bool IsFromCurrent { get; init; }

    public bool IsChange => Method != "GET";

    public override string ToString() =>
        $"{Method} {Path}{(Body is null ? "" : $"\n    {ContentType}: {Body}")}{(Accept is null ? "" : $"\n    Accept: {Accept}")}";
}
