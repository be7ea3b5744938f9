using NodeManager.Kubernetes.Configuration;

namespace NodeManager.Kubernetes.Tests.Configuration;

/// <summary>A kubeconfig, and what arrives at the server when it is used.</summary>
/// <param name="Name">Tells the cases apart.</param>
/// <param name="Config">The file; <c>{https}</c>, <c>{http}</c>, <c>{ca}</c> and the like are replaced.</param>
/// <param name="Kubectl">What the server sees of kubectl: scheme, authorization, certificate, impersonation; or <c>refused</c>.</param>
public sealed record KubeconfigCase(string Name, string Config, string Kubectl)
{
    public const string Refused = "refused";

    /// <summary>What it sees of NodeManager, where that is not the same.</summary>
    public string? Ours { get; init; }

    /// <summary>Why it is not the same.</summary>
    public string Because { get; init; } = "";

    public string? As { get; init; }

    public string[] AsGroups { get; init; } = [];

    public bool SkipTlsVerify { get; init; }

    public override string ToString() => Name;

    public KubeconfigRequest Request(string path) =>
        new()
        {
            Paths = [path],
            ImpersonateUser = As,
            ImpersonateGroups = AsGroups,
            SkipTlsVerify = SkipTlsVerify,
        };

    public IEnumerable<string> Arguments(string path) =>
        [
            "get",
            "--raw",
            "/version",
            "--kubeconfig",
            path,
            .. As is null ? [] : (string[])["--as", As],
            .. AsGroups.SelectMany(group => (string[])["--as-group", group]),
            .. SkipTlsVerify ? (string[])["--insecure-skip-tls-verify"] : [],
        ];
}
