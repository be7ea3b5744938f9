using NodeManager.Sandbox.Api.Requests;

namespace NodeManager.Sandbox.Pools;

/// <summary>A request to the service of any transport.</summary>
/// <param name="Path">Escaped, without the query.</param>
/// <param name="UserEmail">The header X-User-Email; empty for none.</param>
/// <param name="IsAuthenticated">The transport accepted the token.</param>
/// <param name="Body">Empty for none.</param>
internal sealed record PoolCall(
    string Method,
    string Path,
    QueryParameters Query,
    string UserEmail,
    bool IsAuthenticated,
    ReadOnlyMemory<byte> Body
);
