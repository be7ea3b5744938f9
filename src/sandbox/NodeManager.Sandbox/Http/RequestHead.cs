namespace NodeManager.Sandbox.Http;

/// <summary>A request's line and what of its headers counts.</summary>
internal sealed record RequestHead
{
    public required string Method { get; init; }

    /// <summary>As on the wire, escaped, without the query.</summary>
    public required string Path { get; init; }

    /// <summary>Without the question mark.</summary>
    public string Query { get; init; } = "";

    /// <summary>Several of a name are joined by commas; names compare without regard to case.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Each header unchanged, in its order: where several of a name are not the same as one with commas.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> HeaderLines { get; init; } = [];

    public bool IsKeptAlive { get; init; }

    /// <summary>Bytes of the body; null where it comes in chunks.</summary>
    public long? ContentLength { get; init; }

    public bool WantsContinue => Header("Expect").Equals("100-continue", StringComparison.OrdinalIgnoreCase);

    public string Header(string name) => Headers.GetValueOrDefault(name, "");
}
