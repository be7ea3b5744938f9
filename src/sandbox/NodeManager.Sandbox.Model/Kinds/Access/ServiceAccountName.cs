namespace NodeManager.Sandbox.Model.Kinds.Access;

internal static class ServiceAccountName
{
    private const string Stem = "system:serviceaccount:";

    public static string UserOf(string ns, string name) => $"{Stem}{ns}:{name}";

    public static string[] GroupsOf(string ns) => ["system:serviceaccounts", "system:serviceaccounts:" + ns];

    /// <summary>Null for the name of another user.</summary>
    public static (string Namespace, string Name)? Parse(string user) =>
        user.StartsWith(Stem, StringComparison.Ordinal) && user[Stem.Length..].Split(':') is [{ Length: > 0 } ns, { Length: > 0 } name]
            ? (ns, name)
            : null;
}
