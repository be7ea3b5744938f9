namespace NodeManager.Server.Access;

/// <summary>Access levels, which are also the authorization policies of routes.</summary>
internal static class AccessLevel
{
    public const string Viewer = "viewer";

    public const string Admin = "admin";
}
