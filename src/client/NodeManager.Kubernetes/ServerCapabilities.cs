namespace NodeManager.Kubernetes;

/// <summary>What of the API differs between servers of 1.20 and today.</summary>
/// <param name="Version">For example <c>v1.34.2</c>.</param>
/// <param name="Minor">34 for v1.34.2.</param>
/// <param name="EvictionVersion">Of <c>policy</c>, from what <c>/api/v1</c> says of pods/eviction: <c>v1</c> (1.22 on) or <c>v1beta1</c>.</param>
/// <param name="BudgetVersion">Of <c>policy</c>, from what <c>/apis/policy</c> serves: <c>v1</c> (1.21 on) or <c>v1beta1</c>.</param>
public sealed record ServerCapabilities(string Version, int Minor, string EvictionVersion, string BudgetVersion)
{
    /// <summary>True where the server has lifecycle.k8s.io/v1alpha1 (alpha from 1.37 on, off by default).</summary>
    public bool HasEvictionRequests { get; init; }
}
