namespace NodeManager.Server.Access;

/// <summary>What a caller with credentials may do. Also the names of the policies that routes require.</summary>
internal static class AccessLevel
{
    /// <summary>Read.</summary>
    public const string Viewer = "viewer";

    /// <summary>Read and change.</summary>
    public const string Admin = "admin";
}
