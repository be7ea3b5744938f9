using NodeManager.Server.Options;

namespace NodeManager.Server.Tests;

public sealed class ServerOptionsTests
{
    [Fact]
    public void Without_arguments_the_defaults_hold() => Assert.Equal(new ServerOptions(), ServerOptions.Parse([]));

    [Fact]
    public void Each_mode_has_its_port() =>
        Assert.Equal((8080, 8081), (ServerOptions.Parse([]).Port, ServerOptions.Parse(["--autoscaler"]).Port));

    [Fact]
    public void All_arguments_are_read()
    {
        ServerOptions options = ServerOptions.Parse(["--once", "--port", "8081", "--nodes", "100", "--seed", "7", "--version", "1.20"]);
        Assert.Equal(
            new ServerOptions
            {
                Once = true,
                Port = 8081,
                Nodes = 100,
                Seed = 7,
                Version = "1.20",
            },
            options
        );
    }

    [Fact]
    public void The_in_cluster_configuration_can_be_served()
    {
        ServerOptions options = ServerOptions.Parse([
            "--serve-cluster",
            "0",
            "--kubeconfig",
            "here",
            "--state",
            "there",
            "--speed",
            "60",
            "--rbac",
        ]);
        Assert.Equal(
            new ServerOptions
            {
                ClusterPort = 0,
                KubeconfigPath = "here",
                StateFolder = "there",
                Speed = 60,
                Rbac = true,
            },
            options
        );
    }

    [Fact]
    public void A_cluster_is_selected_by_kubeconfig_context_or_both()
    {
        ServerOptions file = ServerOptions.Parse(["--kubeconfig", "here", "--port", "1"]);
        ServerOptions context = ServerOptions.Parse(["--context", "prod"]);
        ServerOptions both = ServerOptions.Parse(["--context", "prod", "--kubeconfig", "here"]);

        Assert.Equal(
            [
                ["here"],
                null,
                ["here"],
            ],
            new[] { file, context, both }.Select(o => o.Kubeconfig!.Paths)
        );
        Assert.Equal([null, "prod", "prod"], new[] { file, context, both }.Select(o => o.Kubeconfig!.Context));
        Assert.Null(new ServerOptions().Kubeconfig);
        Assert.Null(ServerOptions.Parse(["--serve-cluster", "0", "--kubeconfig", "there"]).Kubeconfig);
    }

    [Fact]
    public void Several_contexts_are_several_clusters_of_the_same_files()
    {
        ServerOptions options = ServerOptions.Parse(["--context", "prod", "--kubeconfig", "here", "--context", "staging"]);

        Assert.Equal(("prod", "staging"), (options.Kubeconfig!.Context, Assert.Single(options.FurtherContexts)));
        Assert.Equal(["here"], options.RequestOf("staging").Paths);
        Assert.Null(ServerOptions.Parse(["--all-contexts"]).Kubeconfig!.Context);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20_000)]
    public void The_embedded_cluster_can_be_empty_or_as_large_as_in_PowerShell(int nodes) =>
        Assert.Equal(
            new ServerOptions { ClusterPort = 0, Nodes = nodes },
            ServerOptions.Parse(["--nodes", $"{nodes}", "--serve-cluster", "0"])
        );

    [Fact]
    public void Agents_are_read_only_by_default()
    {
        string hash = new('a', 64);

        Assert.Equal(new ServerOptions { Mcp = true }, ServerOptions.Parse(["--mcp"]));
        Assert.Equal(
            new ServerOptions
            {
                Mcp = true,
                AgentChanges = true,
                AgentElicitation = true,
                Approver = hash,
            },
            ServerOptions.Parse(["--mcp", "--agent-changes", "--agent-elicitation", "--approver", hash])
        );
        Assert.True(ServerOptions.Parse(["--agent-changes"]).AgentChanges);
    }

    [Theory]
    [InlineData("--approver takes a SHA-256 hash of 64 hexadecimal digits; --new-token creates one.", "--approver", "secret")]
    [InlineData("--mcp is not for --once, --autoscaler and --serve-cluster.", "--mcp", "--serve-cluster", "0")]
    [InlineData("--agent-elicitation requires --agent-changes.", "--mcp", "--agent-elicitation")]
    [InlineData(
        "With --mcp, --agent-changes needs a way to approve: --approver HASH, --agent-elicitation, or both.",
        "--mcp",
        "--agent-changes"
    )]
    [InlineData(
        "--agent-changes and --approver are for servers of agents: with --mcp, or where the API is served.",
        "--once",
        "--agent-changes"
    )]
    [InlineData("'--twice' is not an argument of this program.", "--twice")]
    [InlineData("--port needs a value.", "--port")]
    [InlineData("--port takes a whole number from 0 to 65535.", "--port", "70000")]
    [InlineData("--port takes a whole number from 0 to 65535.", "--port", "-1")]
    [InlineData("--nodes takes a whole number from 0 to 20000.", "--nodes", "many")]
    [InlineData("--nodes takes a whole number from 0 to 20000.", "--nodes", "20001", "--serve-cluster", "0")]
    [InlineData(
        "--once is for the embedded cluster only. To serve a cluster of a kubeconfig, leave it out.",
        "--kubeconfig",
        "here",
        "--once"
    )]
    [InlineData(
        "--nodes is for the embedded cluster only. To serve a cluster of a kubeconfig, leave it out.",
        "--nodes",
        "12",
        "--context",
        "prod"
    )]
    [InlineData(
        "--context names a cluster of a kubeconfig, and --serve-cluster serves the embedded one. Use one of the two.",
        "--context",
        "prod",
        "--serve-cluster",
        "0"
    )]
    [InlineData("--context names 'prod' twice.", "--context", "prod", "--context", "prod")]
    [InlineData("--all-contexts includes every --context. Use one of the two.", "--context", "prod", "--all-contexts")]
    [InlineData(
        "Several contexts are for the REST API and the console; --mcp, --autoscaler, --once, --in-cluster and --serve-cluster take one cluster.",
        "--autoscaler",
        "--all-contexts"
    )]
    [InlineData("--key requires --cert.", "--key", "here")]
    [InlineData(
        "--address 0.0.0.0 needs --cert: tokens are not taken over plain HTTP from other machines.",
        "--in-cluster",
        "--address",
        "0.0.0.0"
    )]
    [InlineData("--nodes cannot be used with --in-cluster, which serves the cluster of its own pod.", "--in-cluster", "--nodes", "12")]
    [InlineData(
        "--namespace and --provider require --autoscaler; --address requires --autoscaler or --in-cluster.",
        "--address",
        "0.0.0.0"
    )]
    [InlineData("The tour needs --nodes 5 or more; fewer can be served with --serve-cluster.", "--nodes", "0")]
    public void An_unknown_argument_is_named(string message, params string[] arguments)
    {
        FormatException problem = Assert.Throws<FormatException>(() => ServerOptions.Parse(arguments));
        Assert.Equal(message, problem.Message);
    }
}
