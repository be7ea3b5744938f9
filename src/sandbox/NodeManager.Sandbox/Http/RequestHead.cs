namespace NodeManager.Sandbox.Http;

internal sealed record RequestHead
{
    public required string Method { get; init; }

    /// <summary>Escaped, without the query.</summary>
    public required string Path { get; init; }

    /// <summary>Without the question mark.</summary>
    public string Query { get; init; } = "";

    /// <summary>Repeated ones are joined with commas; names are case-insensitive.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>All headers in order, for those that must not be joined.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> HeaderLines { get; init; } = [];

    public bool IsKeptAlive { get; init; }

    /// <summary>The length of the body; null for chunks.</summary>
    public long? ContentLength { get; init; }

    public bool WantsContinue => Header("Expect").Equals("100-continue", StringComparison.OrdinalIgnoreCase);

    public string Header(string name) => Headers.GetValueOrDefault(name, "");
}
