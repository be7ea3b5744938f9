using System.CommandLine;
using System.Net;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Maintenance.Options;
using NodeManager.Providers.ServerProcesses;

namespace NodeManager.Server.Options;

internal enum ServerCommand
{
    Demo,
    Serve,
    Autoscaler,
    Mcp,
    Cluster,
    Token,
}

/// <summary>The settings of a command line; <see cref="CommandLine"/> describes the options.</summary>
internal sealed record ServerOptions(ServerCommand Command, ParseResult Result)
{
    public const int DefaultPort = 8080;

    /// <summary>The port of the manifests in <c>deploy/autoscaler</c>.</summary>
    public const int DefaultProbesPort = 8081;

    public const string DefaultVersion = "1.37";

    public bool Once => Get<bool>("--once");
    public bool Handover => Get<bool>("--handover");

    /// <summary>Null without a handover.</summary>
    public ServerHandover? Handed { get; init; }
    public bool AgentChanges => Get<bool>("--agent-changes");
    public bool AgentElicitation => Get<bool>("--agent-elicitation");
    public string? Approver => Get<string>("--approver");

    /// <summary>Null: the audit is in the log only.</summary>
    public AuditFileSettings? AuditFile =>
        Get<string>("--audit-file") is { } path
            ? new(path, (long)(Get<int?>("--audit-file-size") ?? 0) << 20, Get<int?>("--audit-file-count") ?? 0)
            : null;
    public bool Protected => Get<bool>("--protected");
    public int Port => Get<int?>("--port") ?? 0;

    public string? AddressText => Get<string>("--address");

    /// <summary>Null: all addresses for the autoscaler's probes, loopback for the API.</summary>
    public IPAddress? Address => AddressText is { } text ? IPAddress.Parse(text) : null;
    public string? CertificatePath => Get<string>("--cert");
    public string? KeyPath => Get<string>("--key");
    public bool InCluster => Get<bool>("--in-cluster");

    /// <summary>The cluster authenticates and authorizes the callers: in a cluster, and where other machines reach the server.</summary>
    public bool IsDelegated => InCluster || (Command == ServerCommand.Serve && Address is { } address && !IPAddress.IsLoopback(address));
    public string? OidcIssuer => Get<string>("--oidc-issuer");
    public string? OidcClientId => Get<string>("--oidc-client-id");
    public string? ExternalUrl => Get<string>("--external-url");
    public string? SessionKeyPath => Get<string>("--session-key");

    /// <summary>Null: browsers do not sign in at an issuer.</summary>
    public OidcSettings? Oidc =>
        OidcIssuer is null
            ? null
            : new(
                OidcIssuer,
                OidcClientId!,
                Get<string>("--oidc-client-secret-file"),
                Get<string>("--oidc-ca"),
                Get<string[]>("--oidc-audience") ?? [],
                Get<string[]>("--oidc-scope") ?? [],
                new(ExternalUrl!),
                SessionKeyPath!
            );
    public bool Detached => Get<bool>("--detached");
    public string? Namespace => Get<string>("--namespace");
    public IReadOnlyList<string> Providers => Get<string[]>("--provider") ?? [];
    public int Nodes => Get<int?>("--nodes") ?? 0;
    public int Seed => Get<int?>("--seed") ?? 0;
    public string Version => Get<string>("--version") ?? DefaultVersion;
    public int? Speed => Get<int?>("--speed");
    public bool Rbac => Get<bool>("--rbac");
    public string? StateFolder => Get<string>("--state");
    public string? KubeconfigPath => Get<string>("--kubeconfig");
    public bool AllContexts => Get<bool>("--all-contexts");
    public IReadOnlyList<string> Contexts => Get<string[]>("--context") ?? (Get<string>("--context") is { } context ? [context] : []);

    /// <summary>One of several clusters; null for the first one.</summary>
    public string? Context
    {
        get => field ?? (Contexts is [var first, ..] ? first : null);
        init;
    }

    /// <summary>The namespace of detached work; null where it is not executed.</summary>
    public string? DetachedNamespace => Detached || InCluster ? Namespace ?? MaintenanceRequest.DefaultNamespace : null;

    /// <summary>Null for the embedded cluster, the pod's own cluster, and a handover.</summary>
    public KubeconfigRequest? Kubeconfig =>
        Command switch
        {
            ServerCommand.Serve when !InCluster && !Handover => RequestOf(Context),
            ServerCommand.Mcp or ServerCommand.Autoscaler when (KubeconfigPath ?? Context) is not null => RequestOf(Context),
            _ => null,
        };

    /// <summary>Another cluster of the same files.</summary>
    /// <param name="context">Null: the current one.</param>
    public KubeconfigRequest RequestOf(string? context) =>
        new() { Paths = KubeconfigPath is null ? null : [KubeconfigPath], Context = context };

    // Null or false for an option that the command lacks.
    private T? Get<T>(string name) =>
        Result.CommandResult.Command.Options.FirstOrDefault(one => one.Name == name) is Option<T> option
            ? Result.GetValue(option)
            : default;
}
