using NodeManager.Sandbox.Model.Kinds.Strategies;
using NodeManager.Sandbox.Model.Kinds.Strategies.Beta;

namespace NodeManager.Sandbox.Model.Kinds;

/// <summary>
/// Kinds beside those that every workload needs. Except for cron jobs, they are stored, validated and displayed, but have no controller:
/// quotas limit nothing. They exist so that complete manifests apply, and kubectl can prune its list of kinds.
/// </summary>
internal static class PassiveKinds
{
    private const int AutoscalingV2From = 23;

    private static readonly ServedVersion[] V1 = [new("v1")];
    private static readonly ServedVersion[] BetaUntil21 =
    [
        new("v1beta1", Until: 21, DeprecatedFrom: 19, Replacement: "networking.k8s.io/v1"),
    ];

    public static ResourceKind CronJobs { get; } =
        new()
        {
            Group = "batch",
            Versions = [new("v1", From: 21), new("v1beta1", Until: 24, DeprecatedFrom: 21, Replacement: "batch/v1")],
            Kind = "CronJob",
            Plural = "cronjobs",
            ShortNames = ["cj"],
            Categories = ["all"],
            HasStatus = true,
            HasGeneration = true,
            Rules = CronJobRules.Rules,
        };

    public static ResourceKind Ingresses { get; } =
        new()
        {
            Group = "networking.k8s.io",
            Versions = V1,
            Kind = "Ingress",
            Plural = "ingresses",
            ShortNames = ["ing"],
            HasStatus = true,
            HasGeneration = true,
            Rules = NetworkingRules.Ingresses,
        };

    /// <summary>Ingresses of the previous version.</summary>
    public static ResourceKind IngressBetas { get; } = IngressView("networking.k8s.io", BetaUntil21, "networkingv1beta1.Ingress");

    /// <summary>Ingresses of their first group.</summary>
    public static ResourceKind ExtensionsIngresses { get; } =
        IngressView(
            "extensions",
            [new("v1beta1", Until: 21, DeprecatedFrom: 14, Replacement: "networking.k8s.io/v1")],
            "extensionsv1beta1.Ingress"
        );

    public static ResourceKind IngressClasses { get; } =
        new()
        {
            Group = "networking.k8s.io",
            Versions = [.. V1, .. BetaUntil21],
            Kind = "IngressClass",
            Plural = "ingressclasses",
            IsNamespaced = false,
            HasGeneration = true,
            Rules = NetworkingRules.IngressClasses,
        };

    public static ResourceKind NetworkPolicies { get; } =
        new()
        {
            Group = "networking.k8s.io",
            Versions = V1,
            Kind = "NetworkPolicy",
            Plural = "networkpolicies",
            ShortNames = ["netpol"],
            HasGeneration = true,
            Rules = NetworkingRules.Policies,
        };

    public static ResourceKind HorizontalPodAutoscalers { get; } =
        new()
        {
            Group = "autoscaling",
            Versions = [new("v2", From: AutoscalingV2From)],
            Kind = "HorizontalPodAutoscaler",
            Plural = "horizontalpodautoscalers",
            ShortNames = ["hpa"],
            Categories = ["all"],
            HasStatus = true,
            Rules = AutoscalerRules.Rules,
        };

    /// <summary>Autoscalers of the first version.</summary>
    public static ResourceKind HorizontalPodAutoscalerViews { get; } =
        AutoscalerView(V1, "autoscalingv1.HorizontalPodAutoscaler", AutoscalerRules.FirstVersion);

    public static ResourceKind HorizontalPodAutoscalerSecondBetas { get; } =
        AutoscalerView(
            [new("v2beta2", Until: 25, DeprecatedFrom: 23, Replacement: "autoscaling/v2")],
            "autoscalingv2beta2.HorizontalPodAutoscaler",
            AutoscalerRules.SecondBeta
        );

    public static ResourceKind HorizontalPodAutoscalerFirstBetas { get; } =
        AutoscalerView(
            [new("v2beta1", Until: 24, DeprecatedFrom: 22, Replacement: "autoscaling/v2")],
            "autoscalingv2beta1.HorizontalPodAutoscaler",
            AutoscalerRules.FirstBeta
        );

    public static ResourceKind ResourceQuotas { get; } =
        new()
        {
            Group = "",
            Versions = V1,
            Kind = "ResourceQuota",
            Plural = "resourcequotas",
            ShortNames = ["quota"],
            HasStatus = true,
            ReturnsDeleted = true,
            Rules = QuotaRules.Quotas,
        };

    public static ResourceKind LimitRanges { get; } =
        new()
        {
            Group = "",
            Versions = V1,
            Kind = "LimitRange",
            Plural = "limitranges",
            ShortNames = ["limits"],
            Rules = QuotaRules.Limits,
        };

    public static ResourceKind PodTemplates { get; } =
        new()
        {
            Group = "",
            Versions = V1,
            Kind = "PodTemplate",
            Plural = "podtemplates",
            HasGeneration = true,
            ReturnsDeleted = true,
            Rules = WorkloadRules.PodTemplate,
        };

    public static ResourceKind CertificateSigningRequests { get; } =
        new()
        {
            Group = "certificates.k8s.io",
            Versions = V1,
            Kind = "CertificateSigningRequest",
            Plural = "certificatesigningrequests",
            ShortNames = ["csr"],
            IsNamespaced = false,
            HasStatus = true,
            Subresources = ["approval"],
            SelectableFields = [new("spec.signerName")],
            Rules = CertificateRules.Requests,
        };

    public static IReadOnlyList<ResourceKind> All { get; } =
    [
        LimitRanges,
        PodTemplates,
        ResourceQuotas,
        HorizontalPodAutoscalers,
        HorizontalPodAutoscalerViews,
        HorizontalPodAutoscalerFirstBetas,
        HorizontalPodAutoscalerSecondBetas,
        CronJobs,
        CertificateSigningRequests,
        IngressClasses,
        Ingresses,
        IngressBetas,
        ExtensionsIngresses,
        NetworkPolicies,
    ];

    private static ResourceKind IngressView(string group, ServedVersion[] versions, string schemaType) =>
        new()
        {
            Group = group,
            Versions = versions,
            Kind = "Ingress",
            Plural = "ingresses",
            ShortNames = ["ing"],
            HasStatus = true,
            HasGeneration = true,
            StoredAs = Ingresses,
            SchemaType = schemaType,
            Rules = IngressForm.Rules,
        };

    private static ResourceKind AutoscalerView(ServedVersion[] versions, string schemaType, KindRules rules) =>
        new()
        {
            Group = "autoscaling",
            Versions = versions,
            Kind = "HorizontalPodAutoscaler",
            Plural = "horizontalpodautoscalers",
            ShortNames = ["hpa"],
            Categories = ["all"],
            HasStatus = true,
            StoredAs = HorizontalPodAutoscalers,
            SchemaType = schemaType,
            Rules = rules,
        };
}
