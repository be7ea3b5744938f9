using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using NodeManager.Kubernetes.Validation;
using NodeManager.Sandbox;

namespace NodeManager.Server.Options;

/// <summary>The program's commands and options.</summary>
internal static class CommandLine
{
    private const int MinimumNodesOfTour = 5;
    private const string AuditFile = "--audit-file";

    private static readonly Option[] Embedded =
    [
        Number("--nodes", "Nodes of the embedded cluster, 0 to 20000", 0, SandboxOptions.MaximumNodes, 12),
        Number("--seed", "The same seed gives the same cluster", 0, int.MaxValue, 1),
        Text("--version", "1.20..1.37", $"Kubernetes version of the embedded cluster ({ServerOptions.DefaultVersion})"),
    ];

    private static readonly Option[] Api =
    [
        Port("Port of 127.0.0.1; 0 takes a free one", ServerOptions.DefaultPort),
        Text("--cert", "PATH", "Serve HTTPS with the certificate of this PEM file"),
        Text("--key", "PATH", "PEM file with the key of the certificate (the file of --cert)"),
        Flag("--protected", "Require the name of the cluster with each change"),
        Flag("--agent-changes", "Agents may request changes, and a person approves each (agents only read)"),
        Flag("--agent-elicitation", "Also request approvals through the agent's client (MCP elicitation)"),
        Text("--approver", "HASH", "Also accept the admin token with this SHA-256 hash; the command 'token' creates one"),
        Text(AuditFile, "PATH", "Also append the audit to this file, a line of JSON for each change"),
        Number(AuditFile + "-size", "MiB after which the audit file is renamed to PATH.1", 1, 10240, AuditFileSettings.DefaultMegabytes),
        Number(AuditFile + "-count", "Audit files that are kept, with the current one", 1, 1000, AuditFileSettings.DefaultCount),
    ];

    private static readonly Option[] SignIn =
    [
        Text("--oidc-issuer", "URL", "Browsers also sign in at this OpenID Connect issuer, which the API server trusts"),
        Text("--oidc-client-id", "ID", "The client id of the console at the issuer"),
        Text("--oidc-client-secret-file", "PATH", "The file with the client's secret (a public client)"),
        Text("--oidc-ca", "PATH", "PEM file with the authorities of the issuer's certificate (those of this machine)"),
        List("--oidc-audience", "NAME", "An audience that ID tokens may have in addition to the client id; can be repeated"),
        List(
            "--oidc-scope",
            "NAME",
            "A scope to request; can be repeated (profile, email, groups and offline_access, if the issuer lists them)"
        ),
        Text("--external-url", "URL", "Where browsers reach the console; the issuer redirects to URL/sign-in/callback"),
        Text("--session-key", "PATH", "File of 32 random bytes or more, the same for all replicas, which encrypts the cookies of sessions"),
    ];

    private static readonly string[] RequiredForSignIn = ["--oidc-issuer", "--oidc-client-id", "--external-url", "--session-key"];

    /// <summary>Parses a command line. Prints help and version to <paramref name="output"/>.</summary>
    /// <returns>Null after help or version.</returns>
    /// <exception cref="FormatException">An unknown option, or an invalid value, named in the message.</exception>
    public static ServerOptions? Parse(IReadOnlyList<string> arguments, TextWriter output, TextWriter warnings)
    {
        if (OptionsWithoutCommand.Translate(arguments) is { } translated)
        {
            arguments = translated;
            warnings.WriteLine(
                $"Options without a command are deprecated. Use: NodeManager.Server {DisplayText.Escape(string.Join(' ', arguments))}"
            );
        }

        ParseResult result = Describe().Parse(arguments is [] ? ["demo"] : arguments, new() { ResponseFileTokenReplacer = null });
        string command = result.CommandResult.Command is RootCommand ? "" : result.CommandResult.Command.Name;
        if (result.Errors is [var error, ..])
        {
            // Arguments after an unknown option would be errors too.
            string problem = result.UnmatchedTokens is [var unknown, ..] ? $"Unrecognized command or argument '{unknown}'." : error.Message;
            throw new FormatException($"{problem} For the options: {$"NodeManager.Server {command}".TrimEnd()} --help");
        }

        if (result.Action is not null)
        {
            result.Invoke(new() { Output = output });
            return null;
        }

        string[] given =
        [
            .. result
                .CommandResult.Children.OfType<OptionResult>()
                .Where(static one => !one.Implicit)
                .Select(static one => one.Option.Name),
        ];
        ServerOptions options = new(Enum.Parse<ServerCommand>(command, ignoreCase: true), result);
        return (Conflict(options, given) ?? ConflictOfSignIn(options, given)) is { } conflict
            ? throw new FormatException(conflict)
            : options;
    }

    private static RootCommand Describe() =>
        new("Serves Kubernetes clusters to people and agents, runs the autoscaler, and demonstrates NodeManager.")
        {
            Command(
                ServerCommand.Demo,
                "Tour an embedded cluster, then serve its console and API (the default)",
                [Flag("--once", "End after the tour, with exit code 0 if every step succeeded"), .. Embedded, .. Api]
            ),
            Command(
                ServerCommand.Serve,
                "Serve the console and the API of the clusters of a kubeconfig, or of this pod's",
                [
                    .. Clusters(
                        List("--context", "NAME", "The context of the cluster (the current one); if repeated, each is at /clusters/NAME")
                    ),
                    Flag("--all-contexts", "Serve the clusters of all contexts, the current one first"),
                    Flag("--in-cluster", "Serve the cluster of this pod; its API server authenticates and authorizes the callers"),
                    Text("--address", "IP", "Where the API is served (127.0.0.1); another one needs --cert, and tokens of the cluster"),
                    Flag("--detached", "Carry out what -Detach leaves to a server; --in-cluster includes it"),
                    Text("--namespace", "NAME", "Where detached work is stored (nodemanager)"),
                    Flag("--handover", "For Start-NodeManagerServer: serve the cluster that a line on standard input describes"),
                    .. SignIn.Concat(Api),
                ]
            ),
            Command(
                ServerCommand.Autoscaler,
                "Run the autoscaler of a kubeconfig's cluster, or of this pod's, until SIGTERM",
                [
                    .. Clusters(Text("--context", "NAME", "The context of the cluster (the current one)")),
                    Text("--namespace", "NAME", "Where its resources are stored (kubenodesmith)"),
                    List("--provider", "PATH", "An assembly with further machine providers; can be repeated"),
                    Text("--address", "IP", "Where /healthz, /readyz and /metrics are served (0.0.0.0)"),
                    Port("Their port; 0 takes a free one", ServerOptions.DefaultProbesPort),
                ]
            ),
            Command(
                ServerCommand.Mcp,
                "Serve one agent over standard input and output (Model Context Protocol); with --approver, plans are approved at --port",
                [
                    .. Clusters(
                        Text("--context", "NAME", "The context of the cluster (the current one; without both options, an embedded cluster)")
                    ),
                    .. Embedded,
                    .. Api,
                ]
            ),
            Command(
                ServerCommand.Cluster,
                "Serve an embedded cluster to kubectl",
                [
                    Port("Port of 127.0.0.1; 0 takes a free one", 0),
                    Text("--kubeconfig", "PATH", "Where its kubeconfig is written (a temporary file)"),
                    Text("--state", "FOLDER", "Resume the cluster stored here and store it at the end; then only --speed has an effect"),
                    .. Embedded,
                    Flag("--rbac", "Roles and bindings decide what impersonated users and ServiceAccounts can do"),
                    Number("--speed", "Seconds of its clock per real second (1, or as stored)", 1, (int)SandboxOptions.MaximumSpeed),
                ]
            ),
            Command(ServerCommand.Token, "Print a new token and its hash, for --approver", []),
        };

    private static string? Conflict(ServerOptions options, string[] given) =>
        options switch
        {
            { Approver: { } hash } when hash.Length != 64 || !hash.All(char.IsAsciiHexDigit) =>
                "--approver takes a SHA-256 hash of 64 hexadecimal digits; the command 'token' creates one.",
            { Namespace: { } name } when KubernetesNames.CheckLabel(name) is { } broken =>
                $"--namespace: '{name}' is not a valid name: {broken}.",
            { AddressText: { } text } when !IPAddress.TryParse(text, out _) => "--address takes an IP address.",
            { KeyPath: not null, CertificatePath: null } => "--key requires --cert.",
            { AuditFile: null }
                when given.FirstOrDefault(static one => one.StartsWith(AuditFile, StringComparison.Ordinal)) is { } rotation =>
                $"{rotation} requires {AuditFile}.",
            { AuditFile.Path: "" } => $"{AuditFile} takes a path.",
            { Once: true, AuditFile: not null } => $"--once ends after the tour and serves no API; leave out {AuditFile}.",
            { AgentElicitation: true, AgentChanges: false } => "--agent-elicitation requires --agent-changes.",
            // A worker to drain, and others for its pods.
            { Command: ServerCommand.Demo, Nodes: < MinimumNodesOfTour } =>
                $"The tour needs --nodes {MinimumNodesOfTour} or more; the command 'cluster' serves fewer.",
            { Once: true } and ({ AgentChanges: true } or { Approver: not null }) =>
                "--once ends after the tour and serves no agents; leave out --agent-changes and --approver.",
            { Command: ServerCommand.Mcp, AgentChanges: true, AgentElicitation: false, Approver: null } =>
                "With mcp, --agent-changes needs a way to approve: --approver HASH, --agent-elicitation, or both.",
            { Command: ServerCommand.Mcp, Kubeconfig: not null } when given.Intersect(Embedded.Select(static one => one.Name)).Any() =>
                "--nodes, --seed and --version are for the embedded cluster; leave them out with --kubeconfig and --context.",
            { Handover: true } when given.Except(["--handover", "--port", "--agent-changes"]).Any() =>
                "--handover takes --port and --agent-changes only; all else is handed over on standard input.",
            { Contexts: var contexts } when contexts.Distinct(StringComparer.Ordinal).Count() < contexts.Count =>
                "--context names the same context twice.",
            { AllContexts: true, Contexts.Count: > 0 } => "--all-contexts includes every --context. Use one of the two.",
            { InCluster: true } when given.Intersect(["--kubeconfig", "--context", "--all-contexts", "--detached", "--approver"]).Any() =>
                "--in-cluster serves the cluster of its own pod; leave out --kubeconfig, --context, --all-contexts, --detached and --approver.",
            { Command: ServerCommand.Serve, Namespace: not null, DetachedNamespace: null } =>
                "--namespace requires --detached or --in-cluster.",
            // Tokens of the cluster are transmitted.
            { Command: ServerCommand.Serve, CertificatePath: null, Address: { } address } when !IPAddress.IsLoopback(address) =>
                $"--address {address} needs --cert: tokens are not taken over plain HTTP from other machines.",
            { Command: ServerCommand.Serve, IsDelegated: true } when options.AllContexts || options.Contexts.Count > 1 =>
                "--address serves one cluster: its API server authenticates the callers. Start a server for each cluster.",
            { Command: ServerCommand.Serve, IsDelegated: true, Approver: not null } =>
                "--approver is for loopback; with --address, approvers have tokens of the cluster.",
            _ => null,
        };

    private static string? ConflictOfSignIn(ServerOptions options, string[] given)
    {
        string[] own = [.. given.Intersect(SignIn.Select(static one => one.Name))];
        if (own.Length == 0)
            return null;
        if (!options.IsDelegated)
            return $"{own[0]} requires --in-cluster, or --address with another address than loopback: the API server authenticates the users.";
        string[] missing = [.. RequiredForSignIn.Except(given)];
        return missing.Length > 0
            ? $"Sign-in at an issuer also requires {string.Join(", ", missing)}."
            : OidcSettings.Check("--oidc-issuer", options.OidcIssuer) ?? OidcSettings.Check("--external-url", options.ExternalUrl);
    }

    private static Command Command(ServerCommand command, string help, Option[] options)
    {
        Command described = new(command.ToString().ToLowerInvariant(), help);
        foreach (Option option in options)
            described.Add(option);
        return described;
    }

    private static Option[] Clusters(Option context) =>
        [Text("--kubeconfig", "PATH", "The kubeconfig (the files that kubectl reads)"), context];

    private static Option<bool> Flag(string name, string help) => new(name) { Description = help, Arity = ArgumentArity.Zero };

    private static Option<string> Text(string name, string value, string help) => new(name) { Description = help, HelpName = value };

    private static Option<string[]> List(string name, string value, string help) =>
        new(name)
        {
            Description = help,
            HelpName = value,
            Arity = ArgumentArity.OneOrMore,
        };

    private static Option<int?> Port(string help, int value) => Number("--port", help, 0, 65535, value);

    private static Option<int?> Number(string name, string help, int minimum, int maximum, int? value = null)
    {
        Option<int?> option = new(name) { Description = help, HelpName = "N" };
        if (value is not null)
            option.DefaultValueFactory = _ => value;
        option.CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                && number >= minimum
                && number <= maximum
            )
                return number;
            result.AddError($"{name} takes a whole number from {minimum} to {maximum}.");
            return null;
        };
        return option;
    }
}
