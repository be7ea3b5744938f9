namespace NodeManager.Sandbox.Api.Registry;

/// <summary>
/// The UID of the namespace <c>kube-system</c>, which clients use as the identity of a cluster. Random: equal seeds, copies and restored
/// clusters are different clusters.
/// </summary>
internal static class KubeSystemUid
{
    private const string Namespace = "kube-system";

    public static bool IsStoredIn(ResourceKind kind, string name) => name == Namespace && kind == BuiltInKinds.Namespaces;

    public static string Create() => Guid.NewGuid().ToString();
}
