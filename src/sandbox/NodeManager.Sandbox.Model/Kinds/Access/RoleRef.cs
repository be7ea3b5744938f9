namespace NodeManager.Sandbox.Model.Kinds.Access;

internal sealed class RoleRef
{
    public const string Group = "rbac.authorization.k8s.io";

    public string ApiGroup { get; set; } = "";

    /// <summary><c>Role</c> or <c>ClusterRole</c>.</summary>
    public string Kind { get; set; } = "";

    public string Name { get; set; } = "";
}
