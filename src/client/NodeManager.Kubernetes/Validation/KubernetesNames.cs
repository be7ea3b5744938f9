namespace NodeManager.Kubernetes.Validation;

/// <summary>The rules of <see cref="NameRules"/> for names, as one text. Each check answers null, or the rules that are broken, as the API server words them.</summary>
public static class KubernetesNames
{
    /// <summary>Nodes and most other objects: at most 253 characters, lower case, labels joined by dots.</summary>
    public static string? CheckSubdomain(string name) => NameRules.Text(NameRules.Subdomain(name));

    /// <summary>Namespaces and what becomes a host name: at most 63 characters, no dots.</summary>
    public static string? CheckLabel(string name) => NameRules.Text(NameRules.Label(name));
}
