using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Operations;
using NodeManager.Core.Scheduler.Catalog;
using NodeManager.Core.Scheduler.Documents;
using NodeManager.Core.Scheduler.Editing;
using NodeManager.Core.Scheduler.Live;
using NodeManager.Core.Scheduler.Reading;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Sandbox;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Scheduler;

/// <summary>
/// The same table before a real kube-scheduler: with --write-config-to it reads, defaults and validates a configuration, makes every plugin
/// and ends. Found in the folder that KUBEBUILDER_ASSETS names, as the API server of the other tests is.
/// </summary>
public sealed class RealSchedulerTests
{
    private static readonly string? Binary = Find();
    private static readonly int Minor = Binary is null ? 0 : SchedulerApi.MinorOf(Run("--version").Output) ?? 0;

    [SkippableFact]
    public void Each_configuration_starts_or_is_refused_as_the_table_says()
    {
        var api = Api();
        var wrong = new List<string>();
        foreach (var example in SchedulerCases.All.Where(one => one.Api is null || one.Api == api.Name))
        {
            var (starts, output, _) = Try(Configuration(api, example));
            if (starts != example.Starts)
                wrong.Add($"{example.Name}: {(starts ? "starts" : output.TrimEnd().Split('\n')[^1])}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [SkippableFact]
    public void The_scheduler_starts_with_every_change_of_its_own_plugins()
    {
        var api = Api();
        var document = SchedulerDocument.Parse(Configuration(api, "profiles:\n- schedulerName: a\n- schedulerName: b # the other\n"));
        foreach (var plugin in PluginCatalog.Standard.All.Where(plugin =>
            plugin.IsBuiltIn && plugin.Exists(Minor) && !plugin.Points(Minor).Contains("queueSort") && plugin.Name != "RequestedToCapacityRatio"))
        {
            var change = new PluginChange { Name = plugin.Name };
            if (!plugin.Points(Minor).Contains("bind"))
                document = PluginEditor.Disable(document, change, Minor).Document;
            document = PluginEditor.Enable(document, change with { Weight = 3, SchedulerNames = ["b"] }, Minor).Document;
        }

        var (starts, output, _) = Try(document.Text);
        Assert.True(starts, output.TrimEnd().Split('\n')[^1] + '\n' + document.Text);
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("profiles:\n- plugins:\n    score:\n      disabled:\n      - name: ImageLocality\n      - name: NodeAffinity\n      enabled:\n      - name: ImageLocality\n        weight: 9\n")]
    [InlineData("profiles:\n- plugins:\n    score:\n      disabled:\n      - name: '*'\n      enabled:\n      - name: TaintToleration\n      - name: ImageLocality\n")]
    [InlineData("profiles:\n- plugins:\n    filter:\n      disabled:\n      - name: NodePorts\n    preFilter:\n      disabled:\n      - name: '*'\n")]
    public void What_is_said_to_run_is_what_the_scheduler_says_it_runs(string body) => CompareWithScheduler(body);

    [SkippableTheory]
    [InlineData("profiles:\n- plugins:\n    multiPoint:\n      enabled:\n      - name: ImageLocality\n        weight: 7\n      disabled:\n      - name: NodeAffinity\n")]
    [InlineData("profiles:\n- plugins:\n    multiPoint:\n      disabled:\n      - name: '*'\n      enabled:\n      - name: DefaultBinder\n      - name: TaintToleration\n      - name: PrioritySort\n    score:\n      enabled:\n      - name: ImageLocality\n      - name: TaintToleration\n        weight: 2\n")]
    [InlineData("profiles:\n- plugins:\n    score:\n      enabled:\n      - name: ImageLocality\n      - name: NodeAffinity\n        weight: 5\n    filter:\n      disabled:\n      - name: NodeName\n      enabled:\n      - name: NodePorts\n      - name: NodeName\n")]
    public void MultiPoint_is_expanded_as_the_scheduler_does(string body)
    {
        Skip.IfNot(Api().HasMultiPoint, "This kube-scheduler has no multiPoint.");
        CompareWithScheduler(body);
    }

    private static void CompareWithScheduler(string body)
    {
        var api = Api();
        var text = Configuration(api, body);
        var (starts, output, written) = Try(text);
        Assert.True(starts, output);
        var expected = api.HasMultiPoint ? LoggedPlugins.Read(output) : LoggedPlugins.Of(SchedulerDocument.Parse(written));
        var actual = SchedulerPlugins.Read(SchedulerDocument.Parse(text), Minor)
            .Where(plugin => plugin.Status != SchedulerPluginStatus.Disabled)
            .GroupBy(plugin => plugin.ExtensionPoint)
            .ToDictionary(group => group.Key, group => string.Join(", ", group.OrderBy(plugin => plugin.Order)
                .Select(plugin => plugin.Weight is { } weight ? $"{plugin.Name}={weight}" : plugin.Name)));
        Assert.NotEmpty(expected);
        Assert.Equal(expected.OrderBy(pair => pair.Key), actual.OrderBy(pair => pair.Key));
    }

    [SkippableFact]
    public async Task The_scheduler_starts_with_what_is_written_and_put_back_in_a_cluster()
    {
        var api = Api();
        using var cluster = SandboxCluster.Start(new() { Nodes = 0, Version = $"1.{Minor}" });
        using var session = await SessionFactory.ConnectAsync(
            "sandbox", cluster.Server, cluster.CreateTransport(), null, NullLogger.Instance, TimeProvider.System, default);
        var map = new ConfigMap
        {
            ApiVersion = "v1",
            Kind = "ConfigMap",
            Metadata = new() { Name = "scheduler", Namespace = "default" },
            Data = new() { ["config.yaml"] = Configuration(api, "profiles:\n- schedulerName: a # one\n- schedulerName: b\n") },
        };
        await session.Connection().Client.CreateAsync(Resources.ConfigMaps, map, "default", RequestOptions.Default, default);
        var scheduler = Assert.Single(await SchedulerFinder.FindAsync(session, new() { Namespace = "default", ConfigMap = "scheduler" }, default));
        async Task<string> ChangeAsync(string action, Func<string, string> edit)
        {
            var change = new SchedulerChange { Action = action, Edit = edit, Minor = Minor };
            return (await SchedulerConfigurationWriter.ChangeAsync(session, scheduler, change, NullObserver.Instance, default)).Document.Text;
        }

        List<string> texts =
        [
            await ChangeAsync("disable", SchedulerChange.OfDocument(scheduler, document =>
                PluginEditor.Disable(document, new PluginChange { Name = "ImageLocality" }, Minor).Document)),
            await ChangeAsync("enable", SchedulerChange.OfDocument(scheduler, document =>
                PluginEditor.Enable(document, new PluginChange { Name = "ImageLocality", SchedulerNames = ["b"], Weight = 4 }, Minor).Document)),
        ];
        var first = await SchedulerBackups.FindAsync(session, scheduler, 1, default);
        texts.Add(await ChangeAsync("restore", _ => first.Text));

        Assert.All(texts, text =>
        {
            var (starts, output, _) = Try(text);
            Assert.True(starts, output.TrimEnd().Split('\n')[^1] + '\n' + text);
        });
        Assert.Equal(first.Text, texts[^1]);
    }

    private static SchedulerApi Api()
    {
        Skip.If(Binary is null, "KUBEBUILDER_ASSETS names no folder with a kube-scheduler.");
        return SchedulerApi.All.Last(api => api.IsReadBy(Minor));
    }

    private static string Configuration(SchedulerApi api, string body) => Configuration(api, new SchedulerCase("", body, true));

    private static string Configuration(SchedulerApi api, SchedulerCase example)
    {
        List<(string Field, string Yaml)> fields = [("clientConnection", "{\"kubeconfig\": \"KUBECONFIG\"}"), ("leaderElection", "{\"leaderElect\": false}")];
        if (Minor < 23)
            fields.AddRange([("healthzBindAddress", "\"ADDRESS\""), ("metricsBindAddress", "\"ADDRESS\"")]);
        return example.Text(api.Name, [.. fields]);
    }

    private static (bool Starts, string Output, string Written) Try(string text)
    {
        using var folder = new TemporaryFolder();
        var kubeconfig = folder.Write("kubeconfig", """
            {"apiVersion": "v1", "kind": "Config", "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}],
             "users": [{"name": "u", "user": {}}], "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}], "current-context": "x"}
            """);
        var configuration = folder.Write("configuration.yaml", text.Replace("KUBECONFIG", kubeconfig, StringComparison.Ordinal).Replace("ADDRESS", FreeAddress(), StringComparison.Ordinal));
        var written = folder.Path("written.yaml");
        var (code, output) = Run("--config", configuration, "--write-config-to", written, "--secure-port", "0", "-v", "2");
        return (code == 0 && File.Exists(written), output, File.Exists(written) ? File.ReadAllText(written) : "");
    }

    // Until 1.23 it listens without being asked, by default where another scheduler of this machine does; no flag turns that off.
    private static string FreeAddress()
    {
        while (true)
        {
            using TcpListener listener = new(IPAddress.Loopback, Random.Shared.Next(15000, 30000));
            try
            {
                listener.Start();
                return listener.LocalEndpoint.ToString()!;
            }
            catch (SocketException)
            {
                // Another one, then.
            }
        }
    }

    private static (int Code, string Output) Run(params string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(Binary!, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false },
        };
        process.Start();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        if (!process.WaitForExit(TimeSpan.FromMinutes(5)))
        {
            process.Kill();
            return (-1, "does not end");
        }

        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    private static string? Find()
    {
        var folder = Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS");
        var path = Path.Combine(folder ?? "", "kube-scheduler");
        return folder is { Length: > 0 } && File.Exists(path) ? path : null;
    }
}
