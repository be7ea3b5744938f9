namespace NodeManager.Kubernetes;

/// <summary>API differences between servers from 1.20 on.</summary>
/// <param name="Version">For example <c>v1.34.2</c>.</param>
/// <param name="Minor">34 for v1.34.2.</param>
/// <param name="EvictionVersion">From pods/eviction in <c>/api/v1</c>: <c>v1</c> (1.22 on) or <c>v1beta1</c>.</param>
/// <param name="BudgetVersion">From <c>/apis/policy</c>: <c>v1</c> (1.21 on) or <c>v1beta1</c>.</param>
public sealed record ServerCapabilities(string Version, int Minor, string EvictionVersion, string BudgetVersion)
{
    /// <summary>lifecycle.k8s.io/v1alpha1 (alpha from 1.37 on, off by default).</summary>
    public bool HasEvictionRequests { get; init; }
}
