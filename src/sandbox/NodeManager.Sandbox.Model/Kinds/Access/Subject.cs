namespace NodeManager.Sandbox.Model.Kinds.Access;

internal sealed class Subject
{
    /// <summary><c>User</c>, <c>Group</c> or <c>ServiceAccount</c>.</summary>
    public string Kind { get; set; } = "";

    public string Name { get; set; } = "";

    /// <summary>Of a service account; empty for the binding's.</summary>
    public string? Namespace { get; set; }

    public bool Is(UserInfo user, string bindingNamespace) =>
        Kind switch
        {
            "User" => user.Name == Name,
            "Group" => user.Groups.Contains(Name),
            "ServiceAccount" => user.Name == ServiceAccountName.UserOf(NamespaceIn(bindingNamespace), Name),
            _ => false,
        };

    /// <summary>As in refusals: <c>Group "system:masters"</c>.</summary>
    public string Describe(string bindingNamespace) =>
        Kind == "ServiceAccount" ? $"{Kind} \"{Name}/{NamespaceIn(bindingNamespace)}\"" : $"{Kind} \"{Name}\"";

    private string NamespaceIn(string bindingNamespace) => string.IsNullOrEmpty(Namespace) ? bindingNamespace : Namespace;
}
