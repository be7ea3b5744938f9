using System.Text.Json.Serialization;
using NodeManager.Kubernetes.Configuration;

namespace NodeManager.Providers.ServerProcesses;

/// <summary>
/// The cluster of a server process: a line of JSON on its standard input, because arguments and environment are readable by others. One of
/// <see cref="Kubeconfig"/>, <see cref="Address"/> and <see cref="IsInCluster"/> is set.
/// </summary>
public sealed record ServerHandover
{
    public required string Cluster { get; init; }

    /// <summary>Files and context; the server reads the credentials itself.</summary>
    public KubeconfigRequest? Kubeconfig { get; init; }

    /// <summary>A cluster that the parent process serves.</summary>
    public Uri? Address { get; init; }

    /// <summary>The authority of <see cref="Address"/>.</summary>
    public string AuthorityPem { get; init; } = "";

    /// <summary>A token for <see cref="Address"/>.</summary>
    public string Token { get; init; } = "";

    /// <summary>The user to impersonate at <see cref="Address"/>, or with the pod's ServiceAccount; empty: none. A kubeconfig has its own.</summary>
    public string ImpersonateUser { get; init; } = "";

    public IReadOnlyList<string> ImpersonateGroups { get; init; } = [];

    /// <summary>Both processes run in a pod of the cluster.</summary>
    public bool IsInCluster { get; init; }

    /// <summary>Every change requires a confirmation with the cluster's name.</summary>
    public bool IsProtected { get; init; }

    /// <summary>The session's pool service.</summary>
    public HandedPoolService? PoolService { get; init; }

    /// <summary>Without credentials.</summary>
    public override string ToString() => Cluster;
}

/// <summary>A pool service; see <see cref="PoolServiceConfiguration"/>.</summary>
public sealed record HandedPoolService
{
    public required Uri Uri { get; init; }

    public string User { get; init; } = "";

    public string Cluster { get; init; } = "";

    public string Routes { get; init; } = "";

    public string Token { get; init; } = "";

    public string TokenPath { get; init; } = "";

    public string TokenCommand { get; init; } = "";

    public string CertificateAuthorityPath { get; init; } = "";

    public string AuthorityPem { get; init; } = "";

    public bool SkipCertificateCheck { get; init; }

    public Uri? Proxy { get; init; }

    public TimeSpan Timeout { get; init; }

    /// <summary>Without credentials.</summary>
    public override string ToString() => Uri.ToString();
}

/// <summary>
/// The response of a server process: a line of JSON on its standard output for its start, and for each <see cref="LinkRequest"/>.
/// </summary>
public sealed record ServerAnnouncement
{
    /// <summary>An input line that requests a new sign-in link.</summary>
    public const string LinkRequest = "link";

    public Uri? Address { get; init; }

    public string SignInLink { get; init; } = "";

    public DateTimeOffset SignInExpiresAt { get; init; }

    public string ViewerToken { get; init; } = "";

    public string AdminToken { get; init; } = "";

    /// <summary>Why it does not serve; null if it does.</summary>
    public ServerFault? Fault { get; init; }

    /// <summary>Without credentials.</summary>
    public override string ToString() => Address?.ToString() ?? Fault?.Message ?? "";
}

/// <summary>A <see cref="NodeManagerException"/> of the server process.</summary>
public sealed record ServerFault(string ErrorId, ErrorKind Kind, string Message, string Action);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ServerHandover))]
[JsonSerializable(typeof(ServerAnnouncement))]
public sealed partial class ServerJson : JsonSerializerContext;
