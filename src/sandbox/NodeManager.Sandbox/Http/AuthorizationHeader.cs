namespace NodeManager.Sandbox.Http;

internal static class AuthorizationHeader
{
    private const string Scheme = "Bearer ";

    /// <summary>The bearer token; null for an empty header or another scheme.</summary>
    public static string? BearerTokenOf(string authorization) =>
        authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization[Scheme.Length..].Trim() : null;
}
