using NodeManager.Sandbox.Api.Requests;

namespace NodeManager.Sandbox.Pools;

/// <summary>A request to the service, whatever front it came through.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">As on the wire, without the query.</param>
/// <param name="Query">Of the request.</param>
/// <param name="UserEmail">The header X-User-Email; empty for none.</param>
/// <param name="IsAuthenticated">True where the front knows the token.</param>
/// <param name="Body">Empty for none.</param>
internal sealed record PoolCall(
    string Method,
    string Path,
    QueryParameters Query,
    string UserEmail,
    bool IsAuthenticated,
    ReadOnlyMemory<byte> Body
);
