namespace NodeManager.Kubernetes.Validation;

/// <summary>Checks of <see cref="NameRules"/> with their results as one text in the API server's words; null if valid.</summary>
public static class KubernetesNames
{
    /// <summary>At most 253 characters, lowercase, labels joined by dots.</summary>
    public static string? CheckSubdomain(string name) => NameRules.Text(NameRules.Subdomain(name));

    /// <summary>Namespaces and host names: at most 63 characters, no dots.</summary>
    public static string? CheckLabel(string name) => NameRules.Text(NameRules.Label(name));
}
