namespace NodeManager.Sandbox.Http;

/// <summary>Reads Authorization headers.</summary>
internal static class AuthorizationHeader
{
    private const string Scheme = "Bearer ";

    /// <summary>The bearer token; null where the header is empty or of another scheme.</summary>
    public static string? BearerTokenOf(string authorization) =>
        authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization[Scheme.Length..].Trim() : null;
}
