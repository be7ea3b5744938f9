using System.CommandLine;
using System.Net;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Maintenance.Options;
using NodeManager.Providers.ServerProcesses;

namespace NodeManager.Server.Options;

/// <summary>What the program does.</summary>
internal enum ServerCommand
{
    Demo,
    Serve,
    Autoscaler,
    Mcp,
    Cluster,
    Token,
}

/// <summary>The settings of a command line; <see cref="CommandLine"/> describes each option.</summary>
internal sealed record ServerOptions(ServerCommand Command, ParseResult Result)
{
    /// <summary>Where the API is served.</summary>
    public const int DefaultPort = 8080;

    /// <summary>Where the manifests in <c>deploy/autoscaler</c> look for the autoscaler's probes.</summary>
    public const int DefaultProbesPort = 8081;

    public const string DefaultVersion = "1.37";

    public bool Once => Get<bool>("--once");
    public bool Handover => Get<bool>("--handover");

    /// <summary>The description that the parent process handed over; null without a handover.</summary>
    public ServerHandover? Handed { get; init; }
    public bool AgentChanges => Get<bool>("--agent-changes");
    public bool AgentElicitation => Get<bool>("--agent-elicitation");
    public string? Approver => Get<string>("--approver");
    public bool Protected => Get<bool>("--protected");
    public int Port => Get<int?>("--port") ?? 0;

    public string? AddressText => Get<string>("--address");

    /// <summary>Null: all addresses for the autoscaler's probes, loopback for the API.</summary>
    public IPAddress? Address => AddressText is { } text ? IPAddress.Parse(text) : null;
    public string? CertificatePath => Get<string>("--cert");
    public string? KeyPath => Get<string>("--key");
    public bool InCluster => Get<bool>("--in-cluster");
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

    /// <summary>Selects one of several clusters; null for the first one.</summary>
    public string? Context
    {
        get => field ?? (Contexts is [var first, ..] ? first : null);
        init;
    }

    /// <summary>Where detached work is; null where it is not carried out.</summary>
    public string? DetachedNamespace => Detached || InCluster ? Namespace ?? MaintenanceRequest.DefaultNamespace : null;

    /// <summary>The cluster of a kubeconfig; null for the embedded cluster, that of the own pod, and one that is handed over.</summary>
    public KubeconfigRequest? Kubeconfig =>
        Command switch
        {
            ServerCommand.Serve when !InCluster && !Handover => RequestOf(Context),
            ServerCommand.Mcp or ServerCommand.Autoscaler when (KubeconfigPath ?? Context) is not null => RequestOf(Context),
            _ => null,
        };

    /// <summary>A cluster of the same files.</summary>
    /// <param name="context">Null: the current one.</param>
    public KubeconfigRequest RequestOf(string? context) =>
        new() { Paths = KubeconfigPath is null ? null : [KubeconfigPath], Context = context };

    // Null, or false, for an option that the command does not have.
    private T? Get<T>(string name) =>
        Result.CommandResult.Command.Options.FirstOrDefault(one => one.Name == name) is Option<T> option
            ? Result.GetValue(option)
            : default;
}
