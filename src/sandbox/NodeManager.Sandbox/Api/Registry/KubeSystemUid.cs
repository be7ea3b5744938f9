using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Resources;

namespace NodeManager.Sandbox.Api.Registry;

/// <summary>
/// The UID of the namespace <c>kube-system</c>, by which clients tell clusters apart. It is random: two clusters of one seed, a copy and a restored
/// cluster are different clusters.
/// </summary>
internal static class KubeSystemUid
{
    private const string Namespace = "kube-system";

    public static bool IsStoredIn(ResourceKind kind, string name) => name == Namespace && kind == BuiltInKinds.Namespaces;

    public static string Create() => Guid.NewGuid().ToString();
}
