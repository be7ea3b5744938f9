using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NodeManager.Autoscaling.Host;
using NodeManager.Autoscaling.Installation;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Sandbox;
using NodeManager.Server.Autoscaler;
using NodeManager.Server.Options;
using NodeManager.Testing;

namespace NodeManager.Server.Tests;

/// <summary>The autoscaler as a service: it acts, answers probes, counts, and of several one leads.</summary>
public sealed class AutoscalerHostTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly StringWriter _output = new();

    [Fact]
    public async Task The_autoscaler_host_scales_answers_probes_and_releases_leadership()
    {
        using SandboxCluster cluster = SandboxCluster.Start(new() { Nodes = 3, Speed = 10 });
        using SandboxServer served = cluster.Serve(new());
        using NodeManagerSession session = await SessionFactory.ConnectAsync(
            "sandbox",
            cluster.Server,
            cluster.CreateTransport(),
            null,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance,
            cluster.Time,
            default
        );
        await foreach (
            AutoscalerObject _ in AutoscalerInstaller.InstallAsync(
                session,
                NodeSmithNames.DefaultNamespace,
                Patience,
                static _ => Task.FromResult(true),
                NullObserver.Instance,
                default
            )
        )
        {
            // All of them.
        }

        await AutoscalerDemo.CreateAsync(session, "NodeSmithProvider", "sim", """{"type":"simulated"}""");
        await AutoscalerDemo.CreateAsync(session, "NodeSmithControlPlane", "plane", """{"pools":["small"]}""");
        await AutoscalerDemo.CreateAsync(
            session,
            "NodeSmithPool",
            "small",
            """{"providerRef":"sim","limits":{"minNodes":2,"maxNodes":5,"cpuCores":0,"memoryMiB":0},"machineTemplate":{}}"""
        );

        using IHost first = Build(served),
            second = Build(served);
        await first.StartAsync();
        using HttpClient http = new();
        Uri one = AddressOf(first);
        await UntilAsync(async () =>
            (await http.GetStringAsync(new Uri(one, AutoscalerProbes.Metrics))).Contains(
                "nodemanager_autoscaler_pool_ready_nodes{pool=\"small\"} 2\n",
                StringComparison.Ordinal
            )
        );
        Assert.Equal(
            ("ok", "ok"),
            (
                await http.GetStringAsync(new Uri(one, AutoscalerProbes.Health)),
                await http.GetStringAsync(new Uri(one, AutoscalerProbes.Readiness))
            )
        );
        string metrics = await http.GetStringAsync(new Uri(one, AutoscalerProbes.Metrics));
        Assert.All(
            metrics.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            static line => Assert.Matches("""^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"\})? [-0-9.E+]+)$""", line)
        );
        Assert.Matches("""nodemanager_autoscaler_decisions_total\{decision="Initialize"\} 2""", metrics);
        Assert.Matches("nodemanager_autoscaler_plan_duration_seconds_count [1-9]", metrics);

        await second.StartAsync();
        Uri two = AddressOf(second);
        await UntilAsync(async () => (await http.GetAsync(new Uri(two, AutoscalerProbes.Readiness))).StatusCode == HttpStatusCode.OK);
        string waiting = await http.GetStringAsync(new Uri(two, AutoscalerProbes.Metrics));
        Assert.Contains("nodemanager_autoscaler_leader 0\n", waiting, StringComparison.Ordinal);
        Assert.DoesNotContain("pool_nodes", waiting, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri(two, "/api/nodes"))).StatusCode);

        await first.StopAsync();
        await UntilAsync(async () =>
            (await http.GetStringAsync(new Uri(two, AutoscalerProbes.Metrics))).Contains(
                "nodemanager_autoscaler_leader 1\n",
                StringComparison.Ordinal
            )
        );
        Assert.Null(second.Services.GetRequiredService<AutoscalerService>().Failure);
        await second.StopAsync();
    }

    [Fact]
    public async Task Without_the_CustomResourceDefinitions_the_host_ends_and_names_the_install_command()
    {
        using SandboxCluster cluster = SandboxCluster.Start(new() { Nodes = 0 });
        using SandboxServer served = cluster.Serve(new());
        using IHost host = Build(served);

        await host.StartAsync();
        await host.WaitForShutdownAsync().WaitAsync(Patience);

        NodeManagerException failure = Assert.IsType<NodeManagerException>(host.Services.GetRequiredService<AutoscalerService>().Failure);
        Assert.Equal(ErrorIds.AutoscalerNotInstalled, failure.ErrorId);
    }

    [Theory]
    [InlineData(true, true, 1, 0, null, null)]
    [InlineData(true, true, 0, 0, null, "has made no plan yet")]
    [InlineData(true, true, 9, 6, "not checked for changes for 5 minutes", null)]
    [InlineData(true, true, 0, 6, "not checked for changes for 5 minutes", "has made no plan yet")]
    [InlineData(false, true, 0, 60, null, null)]
    [InlineData(false, false, 0, 60, null, "cannot be read")]
    public void Probes_report_the_failure(bool leads, bool knows, int plans, int minutes, string? unhealthy, string? unready)
    {
        DateTimeOffset now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        AutoscalerActivity activity = new()
        {
            Identity = "a",
            StartedAt = now.AddHours(-1),
            ObservedAt = now,
            IsLeader = leads,
            KnowsLeader = knows,
            LeaderSince = leads ? now.AddMinutes(-minutes) : null,
            CheckedAt = plans == 0 ? null : now.AddMinutes(-minutes),
            // An old plan alone is no fault: without changes none is made.
            Plans = (plans, TimeSpan.Zero, plans == 0 ? null : now.AddHours(-1)),
        };

        Check(unhealthy, AutoscalerProbes.Unhealthy(activity));
        Check(unready, AutoscalerProbes.Unready(activity));
        Assert.NotNull(AutoscalerProbes.Unhealthy(null));
        Assert.NotNull(AutoscalerProbes.Unready(null));
    }

    [Fact]
    public void Labels_of_metrics_are_escaped()
    {
        AutoscalerActivity activity = new()
        {
            Identity = "a",
            StartedAt = default,
            ObservedAt = default,
            IsLeader = true,
            Pools = [new("a\"b\\c\nd", 1, 1, 1, 1, 1)],
        };
        Assert.Contains("""pool_nodes{pool="a\"b\\c\nd"} 1""", AutoscalerMetrics.Format(activity), StringComparison.Ordinal);
        Assert.Contains("nodemanager_autoscaler_up 0\n", AutoscalerMetrics.Format(null), StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_machine_of_a_pool_without_use_is_an_increase()
    {
        AutoscalerActivity activity = new()
        {
            Identity = "a",
            StartedAt = default,
            ObservedAt = default,
            IsLeader = true,
            Pools = [new("workers", 1, 1, 1, 1, 1)],
        };
        string before = AutoscalerMetrics.Format(activity),
            after = AutoscalerMetrics.Format(
                activity with
                {
                    Contradictions = new Dictionary<string, long> { ["workers"] = 1, ["removed"] = 2 },
                }
            );

        Assert.Contains("contradictions_total{pool=\"workers\"} 0\n", before, StringComparison.Ordinal);
        Assert.Contains("contradictions_total{pool=\"workers\"} 1\n", after, StringComparison.Ordinal);
        Assert.Contains("contradictions_total{pool=\"removed\"} 2\n", after, StringComparison.Ordinal);
    }

    [Fact]
    public void The_manifests_match_the_ports_of_the_host_and_the_ServiceAccount()
    {
        string deployment = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "deploy", "autoscaler", "deployment.yaml"));
        string roles = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "deploy", "autoscaler", "rbac.yaml"));
        string container = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "deploy", "Containerfile"));
        string server = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "deploy", "server", "deployment.yaml"));

        Assert.Matches($@"livenessProbe:\s+httpGet:\s+path: {AutoscalerProbes.Health}\s+port: probes", deployment);
        Assert.Matches($@"readinessProbe:\s+httpGet:\s+path: {AutoscalerProbes.Readiness}\s+port: probes", deployment);
        Assert.Contains($"containerPort: {ServerOptions.DefaultProbesPort}", deployment, StringComparison.Ordinal);
        Assert.Contains($"prometheus.io/path: {AutoscalerProbes.Metrics}", deployment, StringComparison.Ordinal);
        string account = Regex.Match(deployment, @"serviceAccountName: (\S+)").Groups[1].Value;
        Assert.Matches($@"kind: ServiceAccount\s+metadata:\s+name: {account}\s+namespace: {NodeSmithNames.DefaultNamespace}", roles);
        Assert.Contains($"key: {NodeSmithNames.DefaultPoolLabelKey}", deployment, StringComparison.Ordinal);
        // A tag can be moved to another image.
        Assert.All(new[] { deployment, server }, static text => Assert.Matches(@"\n        image: \S+@sha256:[0-9a-f]{64}\n", text));
        Assert.All(
            Regex.Matches(container, "^FROM (.*)$", RegexOptions.Multiline).Select(static one => one.Groups[1].Value),
            static image => Assert.StartsWith("${", image, StringComparison.Ordinal)
        );
        // What the containers start, the program takes.
        Assert.Contains("""ENTRYPOINT ["dotnet", "NodeManager.Server.dll"]""", container, StringComparison.Ordinal);
        ServerOptions options = CommandLines.Parse(ArgumentsOf(deployment)),
            inCluster = CommandLines.Parse(ArgumentsOf(server));
        Assert.Equal((true, 8443), (inCluster.InCluster, inCluster.Port));
        Assert.Equal(
            (ServerCommand.Autoscaler, ServerOptions.DefaultProbesPort, "kubenodesmith", null),
            (options.Command, options.Port, options.Namespace, options.Kubeconfig)
        );
    }

    [Theory]
    [InlineData("server", "8443")]
    [InlineData("autoscaler", "8081")]
    public void A_network_policy_selects_the_pods_of_each_deployment(string folder, string port)
    {
        string policy = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "deploy", folder, "network-policy.yaml"));
        string deployment = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "deploy", folder, "deployment.yaml"));

        string label = Regex.Match(policy, @"podSelector:\s+matchLabels:\s+(app\.kubernetes\.io/name: \S+)").Groups[1].Value;
        Assert.Matches($@"template:\s+metadata:\s+labels:\s+{Regex.Escape(label)}\s", deployment);
        Assert.Equal(Regex.Match(deployment, @"\n  namespace: (\S+)").Value, Regex.Match(policy, @"\n  namespace: (\S+)").Value);
        Assert.Contains($"containerPort: {port}", deployment, StringComparison.Ordinal);
        Assert.Contains($"- port: {port}", policy, StringComparison.Ordinal);
    }

    private static string[] ArgumentsOf(string deployment) =>
        [
            .. Regex
                .Matches(Regex.Match(deployment, @"        args:\n((?:        - .*\n)+)").Groups[1].Value, "- \"?([^\"\n]+)")
                .Select(static one => one.Groups[1].Value),
        ];

    private static void Check(string? expected, string? actual)
    {
        if (expected is null)
            Assert.Null(actual);
        else
            Assert.Contains(expected, actual, StringComparison.Ordinal);
    }

    private IHost Build(SandboxServer served) =>
        ServerHost.Build(
            CommandLines.Parse("autoscaler", "--kubeconfig", served.KubeconfigPath, "--address", "127.0.0.1", "--port", "0"),
            new(_output, color: false)
        );

    private static Uri AddressOf(IHost host) => new(Assert.Single(((WebApplication)host).Urls));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using CancellationTokenSource limit = new(Patience);
        while (!await condition())
            await Task.Delay(100, limit.Token);
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(System.Text.Json.Nodes.JsonObject))]
internal sealed partial class Objects : System.Text.Json.Serialization.JsonSerializerContext;
