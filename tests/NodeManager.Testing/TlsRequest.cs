namespace NodeManager.Testing;

/// <summary>A request as a <see cref="TlsServer"/> saw it.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">Path and query.</param>
/// <param name="Headers">By name; the values of several lines are joined by commas.</param>
/// <param name="ClientCertificate">Its subject.</param>
/// <param name="Protocol">For example <c>HTTP/2</c>.</param>
/// <param name="Body">The content.</param>
public sealed record TlsRequest(
    string Method,
    string Path,
    IReadOnlyDictionary<string, string> Headers,
    string? ClientCertificate,
    string Protocol,
    string Body
)
{
    /// <summary>Each line of the headers, in their order.</summary>
    public required IReadOnlyList<(string Name, string Value)> Lines { get; init; }

    /// <summary>The values of a header, one a line.</summary>
    public IEnumerable<string> Values(string name) =>
        Lines.Where(line => line.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(line => line.Value);
}
