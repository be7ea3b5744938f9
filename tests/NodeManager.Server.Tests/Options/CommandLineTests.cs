using System.Collections;
using NodeManager.Server.Options;
using NodeManager.Testing;

namespace NodeManager.Server.Tests.Options;

public sealed class CommandLineTests
{
    private static readonly string Hash = new('a', 64);

    [Fact]
    public void Without_arguments_the_embedded_cluster_is_demonstrated()
    {
        ServerOptions options = CommandLines.Parse();

        Assert.Equal(SettingsOf(CommandLines.Parse("demo")), SettingsOf(options));
        Assert.Equal(
            (ServerCommand.Demo, 8080, 12, 1, "1.37", null),
            (options.Command, options.Port, options.Nodes, options.Seed, options.Version, options.Kubeconfig)
        );
        Assert.Equal(
            (false, false, false, null, null),
            (options.Once, options.AgentChanges, options.Protected, options.Approver, options.Address)
        );
    }

    [Fact]
    public void Each_command_has_its_port() =>
        Assert.Equal(
            [8080, 8080, 8081, 8080, 0],
            new[] { "demo", "serve", "autoscaler", "mcp", "cluster" }.Select(static one => CommandLines.Parse(one).Port)
        );

    [Theory]
    [InlineData(
        "demo --once --port 8081 --nodes 100 --seed 7 --version 1.20",
        "Command=Demo Nodes=100 Once=True Port=8081 Seed=7 Version=1.20"
    )]
    [InlineData(
        "demo --cert c --key k --protected --agent-changes --agent-elicitation --approver HASH",
        "AgentChanges=True AgentElicitation=True Approver=HASH CertificatePath=c Command=Demo KeyPath=k Nodes=12 Port=8080 Protected=True Seed=1 Version=1.37"
    )]
    [InlineData(
        "mcp --approver HASH --audit-file a --audit-file-size 2 --audit-file-count 3",
        "Approver=HASH AuditFile=AuditFileSettings { Path = a, MaximumBytes = 2097152, Count = 3 } Command=Mcp Nodes=12 Port=8080 Seed=1 Version=1.37"
    )]
    [InlineData(
        "serve --kubeconfig f --context a --context b --detached --namespace ns",
        "Command=Serve Context=a Contexts=a,b Detached=True DetachedNamespace=ns KubeconfigPath=f Namespace=ns Nodes=0 Port=8080 Seed=0 Version=1.37"
    )]
    [InlineData("serve --all-contexts", "AllContexts=True Command=Serve Nodes=0 Port=8080 Seed=0 Version=1.37")]
    [InlineData(
        "serve --in-cluster --address ::1 --port 8443",
        "Address=::1 Command=Serve DetachedNamespace=nodemanager InCluster=True IsDelegated=True Nodes=0 Port=8443 Seed=0 Version=1.37"
    )]
    [InlineData(
        "serve --handover --port 0 --agent-changes",
        "AgentChanges=True Command=Serve Handover=True Nodes=0 Port=0 Seed=0 Version=1.37"
    )]
    [InlineData(
        "autoscaler --context a --namespace ns --provider p --provider q --address 0.0.0.0",
        "Address=0.0.0.0 Command=Autoscaler Context=a Contexts=a Namespace=ns Nodes=0 Port=8081 Providers=p,q Seed=0 Version=1.37"
    )]
    [InlineData("mcp --nodes 0", "Command=Mcp Nodes=0 Port=8080 Seed=1 Version=1.37")]
    [InlineData(
        "cluster --port 6443 --kubeconfig f --state s --speed 60 --rbac",
        "Command=Cluster KubeconfigPath=f Nodes=12 Port=6443 Rbac=True Seed=1 Speed=60 StateFolder=s Version=1.37"
    )]
    [InlineData("cluster --nodes 20000", "Command=Cluster Nodes=20000 Port=0 Seed=1 Version=1.37")]
    [InlineData("token", "Command=Token Nodes=0 Port=0 Seed=0 Version=1.37")]
    public void All_options_are_read(string arguments, string settings) =>
        Assert.Equal(
            settings.Replace("HASH", Hash, StringComparison.Ordinal),
            string.Join(
                ' ',
                SettingsOf(CommandLines.Parse(Split(arguments)))
                    .Where(static one => one.Value is not ("" or "False"))
                    .Select(static one => $"{one.Key}={one.Value}")
            )
        );

    /// <summary>The command lines that manifests, documents and tests had, and what they have now.</summary>
    [Theory]
    [InlineData("--once", "demo --once")]
    [InlineData("--port 0", "demo --port 0")]
    [InlineData("--port 0 --agent-changes", "demo --port 0 --agent-changes")]
    [InlineData("--agent-changes", "demo --agent-changes")]
    [InlineData("--protected", "demo --protected")]
    [InlineData("--once --port 8081 --nodes 100 --seed 7 --version 1.20", "demo --once --port 8081 --nodes 100 --seed 7 --version 1.20")]
    [InlineData("--cert c --key k", "demo --cert c --key k")]
    [InlineData("--context production", "serve --context production")]
    [InlineData("--all-contexts", "serve --all-contexts")]
    [InlineData("--kubeconfig f --port 0", "serve --kubeconfig f --port 0")]
    [InlineData("--port 0 --kubeconfig f --context a --context b", "serve --port 0 --kubeconfig f --context a --context b")]
    [InlineData("--kubeconfig f --port 0 --approver HASH", "serve --kubeconfig f --port 0 --approver HASH")]
    [InlineData("--kubeconfig f --detached --namespace ns", "serve --kubeconfig f --detached --namespace ns")]
    [InlineData(
        "--in-cluster --address 0.0.0.0 --port 8443 --cert /tls/tls.crt --key /tls/tls.key",
        "serve --in-cluster --address 0.0.0.0 --port 8443 --cert /tls/tls.crt --key /tls/tls.key"
    )]
    [InlineData("--handover --port 0", "serve --handover --port 0")]
    [InlineData("--handover --port 0 --agent-changes", "serve --handover --port 0 --agent-changes")]
    [InlineData("--autoscaler --namespace kubenodesmith", "autoscaler --namespace kubenodesmith")]
    [InlineData("--autoscaler --kubeconfig f --address 127.0.0.1 --port 0", "autoscaler --kubeconfig f --address 127.0.0.1 --port 0")]
    [InlineData(
        "--autoscaler --namespace kubenodesmith --provider /providers/folder/FolderProvider.dll",
        "autoscaler --namespace kubenodesmith --provider /providers/folder/FolderProvider.dll"
    )]
    [InlineData("--mcp", "mcp")]
    [InlineData("--mcp --context staging", "mcp --context staging")]
    [InlineData("--mcp --nodes 0", "mcp --nodes 0")]
    [InlineData(
        "--context staging --mcp --agent-changes --approver HASH --port 8081",
        "mcp --context staging --agent-changes --approver HASH --port 8081"
    )]
    [InlineData("--mcp --agent-changes --agent-elicitation", "mcp --agent-changes --agent-elicitation")]
    [InlineData("--serve-cluster 0", "cluster --port 0")]
    [InlineData("--serve-cluster 0 --version 1.20 --rbac", "cluster --version 1.20 --rbac")]
    [InlineData("--serve-cluster 6443 --state FOLDER", "cluster --port 6443 --state FOLDER")]
    [InlineData(
        "--serve-cluster 0 --kubeconfig here --state there --speed 60 --rbac",
        "cluster --kubeconfig here --state there --speed 60 --rbac"
    )]
    [InlineData("--nodes 20000 --serve-cluster 0", "cluster --nodes 20000")]
    [InlineData("--new-token", "token")]
    public void A_command_line_of_version_0_1_is_the_same_command_with_a_warning(string before, string now)
    {
        using StringWriter output = new(),
            warnings = new();
        ServerOptions old = CommandLine.Parse(Split(before), output, warnings)!;

        Assert.Equal(SettingsOf(CommandLines.Parse(Split(now))), SettingsOf(old));
        // Standard output may be a protocol.
        Assert.Equal("", output.ToString());
        string warning = Assert.Single(warnings.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'));
        Assert.StartsWith(
            "Options without a command are deprecated. Use: NodeManager.Server " + now.Split(' ')[0],
            warning,
            StringComparison.Ordinal
        );
        string advised = warning[(warning.IndexOf("NodeManager.Server", StringComparison.Ordinal) + "NodeManager.Server ".Length)..];
        Assert.Equal(SettingsOf(old), SettingsOf(CommandLines.Parse(advised.Split(' '))));
    }

    [Theory]
    [InlineData("demo", "--once --nodes --port --approver", "--kubeconfig --context --in-cluster --state --provider --handover --speed")]
    [InlineData("serve", "--kubeconfig --context --all-contexts --in-cluster --cert", "--once --nodes --state --provider --speed")]
    [InlineData(
        "autoscaler",
        "--kubeconfig --provider --address --port",
        "--once --nodes --cert --agent-changes --in-cluster --all-contexts"
    )]
    [InlineData("mcp", "--context --agent-changes --approver", "--once --in-cluster --all-contexts --state --provider --address")]
    [InlineData("cluster", "--port --state --speed --rbac --nodes", "--once --cert --agent-changes --context --in-cluster")]
    [InlineData("token", "--help", "--port --nodes --kubeconfig --approver <")]
    public void Help_of_a_command_shows_its_own_options_only(string command, string included, string excluded)
    {
        using StringWriter output = new();

        Assert.Null(CommandLine.Parse([command, "--help"], output, TextWriter.Null));

        string options = output.ToString()[output.ToString().IndexOf("Options:", StringComparison.Ordinal)..];
        Assert.All(included.Split(' '), one => Assert.Matches($@"\n  (-\?, -h, )?{one}\b", options));
        Assert.All(excluded.Split(' '), one => Assert.DoesNotMatch($@"\n  {one}\b", options));
    }

    [Fact]
    public void Help_of_the_program_lists_its_commands()
    {
        using StringWriter output = new();

        Assert.Null(CommandLine.Parse(["--help"], output, TextWriter.Null));

        Assert.All(
            Enum.GetNames<ServerCommand>(),
            one => Assert.Contains($"\n  {one.ToLowerInvariant()} ", output.ToString(), StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("'--twice'. For the options: NodeManager.Server demo --help", "demo", "--twice")]
    [InlineData("Unrecognized command or argument 'serves'. For the options: NodeManager.Server --help", "serves")]
    [InlineData("Unrecognized command or argument '--kubeconfig'.", "demo", "--kubeconfig", "here")]
    [InlineData("Unrecognized command or argument '--once'.", "serve", "--kubeconfig", "here", "--once")]
    [InlineData("Unrecognized command or argument '--once'.", "--kubeconfig", "here", "--once")]
    [InlineData("Unrecognized command or argument '--nodes'.", "--nodes", "12", "--context", "prod")]
    [InlineData("Unrecognized command or argument '--nodes'.", "serve", "--in-cluster", "--nodes", "12")]
    [InlineData("Unrecognized command or argument '--all-contexts'.", "autoscaler", "--all-contexts")]
    [InlineData("Unrecognized command or argument '--context'.", "cluster", "--context", "prod")]
    [InlineData("Unrecognized command or argument '@arguments'.", "demo", "@arguments")]
    [InlineData("Required argument missing for option: '--port'.", "demo", "--port")]
    [InlineData("--port takes a whole number from 0 to 65535.", "demo", "--port", "70000")]
    [InlineData("--port takes a whole number from 0 to 65535.", "demo", "--port", "-1")]
    [InlineData("--port takes a whole number from 0 to 65535.", "--port", "70000")]
    [InlineData("--nodes takes a whole number from 0 to 20000.", "demo", "--nodes", "many")]
    [InlineData("--nodes takes a whole number from 0 to 20000.", "cluster", "--nodes", "20001")]
    [InlineData("--speed takes a whole number from 1 to ", "cluster", "--speed", "0")]
    [InlineData("--address takes an IP address.", "autoscaler", "--address", "here")]
    [InlineData("--namespace: 'A b' is not a valid name: ", "autoscaler", "--namespace", "A b")]
    [InlineData(
        "--approver takes a SHA-256 hash of 64 hexadecimal digits; the command 'token' creates one.",
        "demo",
        "--approver",
        "secret"
    )]
    [InlineData("--agent-elicitation requires --agent-changes.", "mcp", "--agent-elicitation")]
    [InlineData(
        "With mcp, --agent-changes needs a way to approve: --approver HASH, --agent-elicitation, or both.",
        "mcp",
        "--agent-changes"
    )]
    [InlineData("--audit-file-size requires --audit-file.", "serve", "--audit-file-size", "5")]
    [InlineData("--audit-file-count requires --audit-file.", "mcp", "--audit-file-count", "5")]
    [InlineData("--audit-file-count takes a whole number from 1 to 1000.", "demo", "--audit-file", "a", "--audit-file-count", "0")]
    [InlineData("--audit-file takes a path.", "demo", "--audit-file", "")]
    [InlineData("--once ends after the tour and serves no API; leave out --audit-file.", "demo", "--once", "--audit-file", "a")]
    [InlineData("--handover takes --port and --agent-changes only", "serve", "--handover", "--audit-file", "a")]
    [InlineData("Unrecognized command or argument '--audit-file'.", "autoscaler", "--audit-file", "a")]
    [InlineData("--once ends after the tour and serves no agents", "demo", "--once", "--agent-changes")]
    [InlineData("--nodes, --seed and --version are for the embedded cluster", "mcp", "--context", "prod", "--seed", "1")]
    [InlineData("--context names the same context twice.", "serve", "--context", "prod", "--context", "prod")]
    [InlineData("Option '--context' expects a single argument", "mcp", "--context", "one", "--context", "two")]
    [InlineData("--all-contexts includes every --context. Use one of the two.", "serve", "--context", "prod", "--all-contexts")]
    [InlineData("--key requires --cert.", "demo", "--key", "here")]
    [InlineData("--namespace requires --detached or --in-cluster.", "serve", "--namespace", "ns")]
    [InlineData("--oidc-issuer requires --in-cluster, or --address", "serve", "--oidc-issuer", "https://issuer")]
    [InlineData("--session-key requires --in-cluster, or --address", "serve", "--address", "127.0.0.1", "--session-key", "file")]
    [InlineData(
        "Sign-in at an issuer also requires --oidc-issuer, --external-url, --session-key.",
        "serve",
        "--in-cluster",
        "--oidc-client-id",
        "console"
    )]
    [InlineData(
        "--oidc-issuer takes an https URL",
        "serve",
        "--in-cluster",
        "--oidc-issuer",
        "http://issuer",
        "--oidc-client-id",
        "console",
        "--external-url",
        "https://console",
        "--session-key",
        "file"
    )]
    [InlineData(
        "--external-url takes an https URL",
        "serve",
        "--in-cluster",
        "--oidc-issuer",
        "https://issuer",
        "--oidc-client-id",
        "console",
        "--external-url",
        "https://console/?a=b",
        "--session-key",
        "file"
    )]
    [InlineData("--address 0.0.0.0 needs --cert: ", "serve", "--address", "0.0.0.0")]
    [InlineData("--address serves one cluster: ", "serve", "--address", "0.0.0.0", "--cert", "c.pem", "--all-contexts")]
    [InlineData("--address serves one cluster: ", "serve", "--address", "::", "--cert", "c", "--context", "a", "--context", "b")]
    [InlineData(
        "--approver is for loopback; ",
        "serve",
        "--address",
        "10.0.0.1",
        "--cert",
        "c.pem",
        "--approver",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    )]
    [InlineData(
        "--address 0.0.0.0 needs --cert: tokens are not taken over plain HTTP from other machines.",
        "serve",
        "--in-cluster",
        "--address",
        "0.0.0.0"
    )]
    [InlineData("--in-cluster serves the cluster of its own pod; leave out ", "serve", "--in-cluster", "--kubeconfig", "here")]
    [InlineData("--in-cluster serves the cluster of its own pod; leave out ", "serve", "--in-cluster", "--detached")]
    [InlineData("The tour needs --nodes 5 or more; the command 'cluster' serves fewer.", "demo", "--nodes", "0")]
    public void An_invalid_command_line_is_an_error_that_names_the_argument(string message, params string[] arguments)
    {
        FormatException problem = Assert.Throws<FormatException>(() => CommandLine.Parse(arguments, TextWriter.Null, TextWriter.Null));
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("demo --port 0 --twice", 2, "Unrecognized command or argument '--twice'. For the options: NodeManager.Server demo --help")]
    [InlineData("--mcp --nodes 1", 0, "Options without a command are deprecated. Use: NodeManager.Server mcp --nodes 1")]
    public async Task Errors_and_warnings_are_on_standard_error_only(string arguments, int exitCode, string message)
    {
        string server = Path.Combine(AppContext.BaseDirectory, "NodeManager.Server.dll");
        ProcessRun run = await ProcessRun.RunAsync(new("dotnet", ["exec", server, .. arguments.Split(' ')]), TimeSpan.FromMinutes(2));

        Assert.Equal((exitCode, ""), (run.ExitCode, run.Output));
        Assert.StartsWith(message, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cluster_is_selected_by_kubeconfig_context_or_both()
    {
        ServerOptions[] all =
        [
            CommandLines.Parse("serve"),
            CommandLines.Parse("serve", "--kubeconfig", "here", "--port", "1"),
            CommandLines.Parse("mcp", "--context", "prod"),
            CommandLines.Parse("autoscaler", "--context", "prod", "--kubeconfig", "here"),
        ];

        Assert.Equal([null, ["here"], null, ["here"]], all.Select(static one => one.Kubeconfig!.Paths));
        Assert.Equal([null, null, "prod", "prod"], all.Select(static one => one.Kubeconfig!.Context));
        Assert.All(
            new[] { "demo", "cluster --kubeconfig there", "mcp", "autoscaler", "serve --in-cluster", "serve --handover" },
            static one => Assert.Null(CommandLines.Parse(Split(one)).Kubeconfig)
        );
    }

    [Fact]
    public void Several_contexts_are_several_clusters_of_the_same_files()
    {
        ServerOptions options = CommandLines.Parse("serve", "--context", "prod", "--kubeconfig", "here", "--context", "staging");

        Assert.Equal("prod", options.Kubeconfig!.Context);
        Assert.Equal(["prod", "staging"], options.Contexts);
        Assert.Equal(["here"], options.RequestOf("staging").Paths);
        Assert.Equal("staging", (options with { Context = "staging" }).Kubeconfig!.Context);
        Assert.Null(CommandLines.Parse("serve", "--all-contexts").Kubeconfig!.Context);
    }

    private static string[] Split(string arguments) => arguments.Replace("HASH", Hash, StringComparison.Ordinal).Split(' ');

    private static SortedDictionary<string, string> SettingsOf(ServerOptions options) =>
        new(
            typeof(ServerOptions)
                .GetProperties()
                .Where(static one =>
                    one.Name is not (nameof(ServerOptions.Result) or nameof(ServerOptions.Kubeconfig) or nameof(ServerOptions.AddressText))
                )
                .ToDictionary(static one => one.Name, one => TextOf(one.GetValue(options))),
            StringComparer.Ordinal
        );

    private static string TextOf(object? value) =>
        value is IEnumerable and not string ? string.Join(',', ((IEnumerable)value).Cast<object>()) : $"{value}";
}
