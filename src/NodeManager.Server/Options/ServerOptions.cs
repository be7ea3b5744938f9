using System.Globalization;
using System.Net;
using NodeManager.Core.Maintenance.Options;
using NodeManager.Core.Serving;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Kubernetes.Validation;
using NodeManager.Sandbox;

namespace NodeManager.Server.Options;

/// <summary>What the command line asked for.</summary>
internal sealed record ServerOptions
{
    public const string Usage = """
        Usage: NodeManager.Server --autoscaler [--kubeconfig PATH] [--context NAME] [--namespace NAME] [--provider PATH]... [--address IP] [--port N]
               NodeManager.Server [--once] [--port N] [--nodes N] [--seed N] [--version 1.20..1.37]
               NodeManager.Server [--kubeconfig PATH] [--context NAME]... [--all-contexts] [--port N] [--detached [--namespace NAME]]
               NodeManager.Server --mcp [--kubeconfig PATH] [--context NAME] [--agent-changes] [--agent-elicitation] [--approver HASH] [--port N]
               NodeManager.Server --new-token
               NodeManager.Server --handover [--port N] [--agent-changes]
               NodeManager.Server --in-cluster [--cert PATH [--key PATH] --address IP] [--port N] [--namespace NAME]
               NodeManager.Server --serve-cluster N [--kubeconfig PATH] [--state FOLDER] [--nodes N] [--seed N] [--version 1.20..1.37] [--speed N] [--rbac]

          --once      end after the tour, with exit code 0 if all of it went well
          --port N    serve on this port of 127.0.0.1 (8080; 0 takes a free one)
          --nodes N   nodes of the embedded cluster, 0 to 20000 (12); 0 starts it empty; the tour needs 5
          --seed N    the same seed gives the same cluster (1)
          --version   the Kubernetes version of the embedded cluster (1.37)

          --kubeconfig PATH   no tour: serve the cluster of this file's current context; without --context and --kubeconfig, an embedded one
          --context NAME      the same for a context of that file, or of the files that kubectl reads; can be repeated: each context is a cluster
                              at /clusters/NAME, and the first is also the one that is shown without it
          --all-contexts      the same for every context there, the current one first

          --detached          also carry out what -Detach leaves to a server, as --in-cluster does
          --namespace NAME    where that is (nodemanager)

          --in-cluster        no tour: serve the cluster whose pod this is; its API server decides who calls and what they may do
          --cert PATH         serve HTTPS with the certificate of this PEM file
          --key PATH          its key (in the same file)
          --address IP        with --in-cluster and --cert: where the API is served (127.0.0.1)

          --autoscaler        no tour: run the autoscaler of a cluster until SIGTERM: of the kubeconfig's, else of the cluster whose pod this is
          --namespace NAME    where its resources are (kubenodesmith)
          --provider PATH     an assembly with further machine providers; can be repeated
          --address IP        where /healthz, /readyz and /metrics are served (0.0.0.0)
          --port N            on which port they are (8081; 0 takes a free one)

          --mcp               no tour: serve one agent over standard input and output (Model Context Protocol), until its end of input
          --agent-changes     agents, over --mcp and at /mcp, may ask for changes; a person has to approve each. Without it they only read
          --agent-elicitation the approval may also be asked for through the agent's client (MCP elicitation); with --agent-changes
          --approver HASH     accept the admin token with this SHA-256 hash; with --mcp, plans are then approved at --port of 127.0.0.1
          --new-token         print a new token and its hash, and end

          --handover          no tour: serve the cluster that one line of JSON on standard input describes, until standard input ends; Start-NodeManagerServer
                              uses it, so that credentials are in no argument, environment or file

          --serve-cluster N   no tour: serve the embedded cluster itself to kubectl, on this port of 127.0.0.1 (0 takes a free one)
          --kubeconfig PATH   where its kubeconfig is written (a temporary file, deleted at the end)
          --state FOLDER      resume the cluster stored there, with the same kubeconfig, and store it again at the end (Ctrl-C or
                              SIGTERM); --nodes, --seed, --version and --rbac have no effect then
          --rbac              roles and bindings decide what impersonated users and ServiceAccounts can do
          --speed N           seconds of the cluster's clock per real second (1, or as stored)
        """;

    /// <summary>Where the API is served.</summary>
    public const int DefaultPort = 8080;

    /// <summary>Where the manifests in <c>deploy/autoscaler</c> look for the autoscaler's probes.</summary>
    public const int DefaultProbesPort = 8081;

    private const int LeastForTour = 5;

    private readonly int? _port;

    public bool Once { get; init; }

    public bool Help { get; init; }

    /// <summary>Print a new token and its hash.</summary>
    public bool NewToken { get; init; }

    /// <summary>The parent process describes the cluster on standard input.</summary>
    public bool Handover { get; init; }

    /// <summary>What it described; null where nothing was handed over.</summary>
    public ServerHandover? Handed { get; init; }

    /// <summary>Serve an agent over standard input and output.</summary>
    public bool Mcp { get; init; }

    /// <summary>Agents may ask for changes.</summary>
    public bool AgentChanges { get; init; }

    /// <summary>Approvals may be asked for through the agent's client.</summary>
    public bool AgentElicitation { get; init; }

    /// <summary>The hash of a further admin token; null for none.</summary>
    public string? Approver { get; init; }

    /// <summary>Of the API, or of the autoscaler's probes; 0 takes a free one.</summary>
    public int Port
    {
        get => _port ?? (Autoscaler ? DefaultProbesPort : DefaultPort);
        init => _port = value;
    }

    /// <summary>Serve the cluster that this is a pod of, to callers whom its API server knows.</summary>
    public bool InCluster { get; init; }

    /// <summary>A PEM file with the certificate of the API; null: plain HTTP.</summary>
    public string? CertificatePath { get; init; }

    /// <summary>A PEM file with its key; null: that of the certificate.</summary>
    public string? KeyPath { get; init; }

    /// <summary>Carry out detached work, with the rights of the kubeconfig.</summary>
    public bool Detached { get; init; }

    /// <summary>Where detached work is; null where it is not carried out.</summary>
    public string? DetachedNamespace => Detached || InCluster ? Namespace ?? MaintenanceRequest.DefaultNamespace : null;

    /// <summary>Run the autoscaler.</summary>
    public bool Autoscaler { get; init; }

    /// <summary>Where the autoscaler's resources, or detached work, are.</summary>
    public string? Namespace { get; init; }

    /// <summary>Assemblies with further providers of machines.</summary>
    public IReadOnlyList<string> Providers { get; init; } = [];

    /// <summary>Where the autoscaler's probes (null: on all addresses) or the API of the own cluster (null: on loopback) are served.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Every change needs a confirmation that names the cluster.</summary>
    public bool Protected { get; init; }

    public int Nodes { get; init; } = 12;

    public int Seed { get; init; } = 1;

    public string Version { get; init; } = "1.37";

    /// <summary>Of the served cluster's clock; null: 1, or what a kept cluster has.</summary>
    public int? Speed { get; init; }

    /// <summary>On which port the embedded cluster itself is served, 0 taking a free one; null where it is not.</summary>
    public int? ClusterPort { get; init; }

    /// <summary>Whether roles are enforced in the served cluster.</summary>
    public bool Rbac { get; init; }

    /// <summary>Where the served cluster's kubeconfig goes, or with which file another cluster is reached; null leaves it to the server.</summary>
    public string? KubeconfigPath { get; init; }

    /// <summary>The context of the cluster whose API is served; null for the file's current one.</summary>
    public string? Context { get; init; }

    /// <summary>The contexts of the clusters that are served beside it.</summary>
    public IReadOnlyList<string> FurtherContexts { get; init; } = [];

    /// <summary>Serve the clusters of all contexts.</summary>
    public bool AllContexts { get; init; }

    /// <summary>How to reach the cluster whose API is served; null for the embedded one.</summary>
    public KubeconfigRequest? Kubeconfig =>
        ClusterPort is not null || ((KubeconfigPath ?? Context) is null && !AllContexts) ? null : RequestOf(Context);

    /// <summary>How to reach a cluster of the same files.</summary>
    /// <param name="context">Null: the current one.</param>
    public KubeconfigRequest RequestOf(string? context) =>
        new() { Paths = KubeconfigPath is null ? null : [KubeconfigPath], Context = context };

    /// <summary>The folder that the served cluster comes from and goes to; null where it is not kept.</summary>
    public string? StateFolder { get; init; }

    /// <exception cref="FormatException">An argument is unknown, or its value is out of range; the message says which.</exception>
    public static ServerOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new ServerOptions();
        string? embedded = null;
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            if (argument is "--once" or "--nodes" or "--seed" or "--version" or "--state" or "--rbac" or "--speed")
                embedded ??= argument;
            options = argument switch
            {
                "--once" => options with { Once = true },
                "--help" or "-h" => options with { Help = true },
                "--new-token" => options with { NewToken = true },
                "--handover" => options with { Handover = true },
                "--mcp" => options with { Mcp = true },
                "--agent-changes" => options with { AgentChanges = true },
                "--agent-elicitation" => options with { AgentElicitation = true },
                "--approver" => options with { Approver = Hash() },
                "--port" => options with { Port = Number(0, 65535) },
                "--in-cluster" => options with { InCluster = true },
                "--cert" => options with { CertificatePath = Next() },
                "--key" => options with { KeyPath = Next() },
                "--detached" => options with { Detached = true },
                "--autoscaler" => options with { Autoscaler = true },
                "--namespace" => options with { Namespace = Name() },
                "--provider" => options with { Providers = [.. options.Providers, Next()] },
                "--address" => options with { Address = Ip() },
                "--serve-cluster" => options with { ClusterPort = Number(0, 65535) },
                "--state" => options with { StateFolder = Next() },
                "--kubeconfig" => options with { KubeconfigPath = Next() },
                "--context" => AddContext(Next()),
                "--all-contexts" => options with { AllContexts = true },
                "--nodes" => options with { Nodes = Number(0, SandboxOptions.MaximumNodes) },
                "--seed" => options with { Seed = Number(0, int.MaxValue) },
                "--protected" => options with { Protected = true },
                "--rbac" => options with { Rbac = true },
                "--speed" => options with { Speed = Number(1, (int)SandboxOptions.MaximumSpeed) },
                "--version" => options with { Version = Next() },
                _ => throw new FormatException($"'{argument}' is not an argument of this program."),
            };

            ServerOptions AddContext(string name) =>
                name == options.Context || options.FurtherContexts.Contains(name)
                    ? throw new FormatException($"--context names '{name}' twice.")
                : options.Context is null ? options with { Context = name }
                : options with { FurtherContexts = [.. options.FurtherContexts, name] };

            string Next() => ++i < arguments.Count ? arguments[i] : throw new FormatException($"{argument} needs a value.");

            string Name() =>
                Next() is var name && KubernetesNames.CheckLabel(name) is not { } broken
                    ? name
                    : throw new FormatException($"--namespace: '{name}' is not a valid name: {broken}.");

            string Hash() =>
                Next() is { Length: 64 } hash && hash.All(char.IsAsciiHexDigit)
                    ? hash
                    : throw new FormatException("--approver takes a SHA-256 hash of 64 hexadecimal digits; --new-token creates one.");

            IPAddress Ip() =>
                IPAddress.TryParse(Next(), out IPAddress? address) ? address : throw new FormatException("--address takes an IP address.");

            int Number(int least, int most) =>
                int.TryParse(Next(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
                    ? number
                    : throw new FormatException($"{argument} takes a whole number from {least} to {most}.");
        }

        if (options.Help || options.NewToken)
            return options;
        if (options.Handover)
        {
            return arguments.Any(static one =>
                one.StartsWith("--", StringComparison.Ordinal) && one is not ("--handover" or "--port" or "--agent-changes")
            )
                ? throw new FormatException("--handover takes --port and --agent-changes only; all else is handed over on standard input.")
                : options;
        }

        options.CheckAgents();
        options.CheckContexts();
        if (options.Autoscaler)
        {
            return options.ClusterPort is not null || embedded is not null
                ? throw new FormatException(
                    $"{embedded ?? "--serve-cluster"} is for the embedded cluster; the autoscaler runs for a cluster of a kubeconfig, or for the one it is in."
                )
                : options;
        }

        if (options is { KeyPath: not null, CertificatePath: null })
            throw new FormatException("--key requires --cert.");
        if (options.Detached && (options.Mcp || options.Once || options.InCluster || options.Kubeconfig is null))
            throw new FormatException("--detached requires --kubeconfig, --context or --all-contexts; --in-cluster includes it.");
        if (
            options.Providers.Count > 0
            || options is { Namespace: not null, DetachedNamespace: null } or { Address: not null, InCluster: false }
        )
            throw new FormatException("--namespace and --provider require --autoscaler; --address requires --autoscaler or --in-cluster.");
        if (options.InCluster)
        {
            if (
                embedded is not null
                || options.ClusterPort is not null
                || options.Kubeconfig is not null
                || options.Mcp
                || options.Approver is not null
            )
                throw new FormatException(
                    $"{embedded ?? "That"} cannot be used with --in-cluster, which serves the cluster of its own pod."
                );
            // Tokens of the cluster pass here.
            return options is { Address: { } address, CertificatePath: null } && !IPAddress.IsLoopback(address)
                ? throw new FormatException($"--address {address} needs --cert: tokens are not taken over plain HTTP from other machines.")
                : options;
        }

        if (options is { ClusterPort: not null, Context: not null })
            throw new FormatException(
                "--context names a cluster of a kubeconfig, and --serve-cluster serves the embedded one. Use one of the two."
            );
        if (options.Kubeconfig is not null && embedded is not null)
            throw new FormatException($"{embedded} is for the embedded cluster only. To serve a cluster of a kubeconfig, leave it out.");

        // A worker to drain, and others that take its pods.
        return options.Mcp || options.ClusterPort is not null || options.Kubeconfig is not null || options.Nodes >= LeastForTour
            ? options
            : throw new FormatException($"The tour needs --nodes {LeastForTour} or more; fewer can be served with --serve-cluster.");
    }

    private void CheckContexts()
    {
        if (AllContexts && Context is not null)
            throw new FormatException("--all-contexts includes every --context. Use one of the two.");
        if ((AllContexts || FurtherContexts.Count > 0) && (Mcp || Autoscaler || Once || InCluster || ClusterPort is not null))
            throw new FormatException(
                "Several contexts are for the REST API and the console; --mcp, --autoscaler, --once, --in-cluster and --serve-cluster take one cluster."
            );
    }

    private void CheckAgents()
    {
        if (Mcp && (Once || Autoscaler || ClusterPort is not null))
            throw new FormatException("--mcp is not for --once, --autoscaler and --serve-cluster.");
        if ((AgentChanges || Approver is not null) && (Once || Autoscaler || ClusterPort is not null))
            throw new FormatException("--agent-changes and --approver are for servers of agents: with --mcp, or where the API is served.");
        if (AgentElicitation && !AgentChanges)
            throw new FormatException("--agent-elicitation requires --agent-changes.");
        if (Mcp && AgentChanges && !AgentElicitation && Approver is null)
            throw new FormatException("With --mcp, --agent-changes needs a way to approve: --approver HASH, --agent-elicitation, or both.");
    }
}
