using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Server.Tests.Soak;

/// <summary>
/// A large and busy cluster over a long time, with the console in a browser and hundreds of event streams: <c>build.ps1 -Task Soak</c>. Not part of CI:
/// the figures need a machine that does nothing else. The cluster, the server, the browser and the readers are processes of their own.
/// </summary>
public sealed class ConsoleSoakTests(ITestOutputHelper output)
{
    private static readonly double Minutes = Number("NODEMANAGER_SOAK", 0);
    private static readonly int NodeCount = (int)Number("NODEMANAGER_SOAK_NODES", 5000);
    private static readonly int Streams = (int)Number("NODEMANAGER_SOAK_STREAMS", 500);
    private static readonly int ChangesPerMinute = (int)Number("NODEMANAGER_SOAK_CHANGES", 1000);

    [SkippableFact]
    public async Task The_console_and_its_streams_hold_out()
    {
        Skip.If(Minutes <= 0, "NODEMANAGER_SOAK says for how many minutes; build.ps1 -Task Soak sets it.");
        using var folder = new TemporaryFolder();
        string kubeconfig = folder.Path("kubeconfig");
        TimeSpan interval = TimeSpan.FromMinutes(Math.Min(1, Minutes / 8));
        await using SoakedProcess cluster = SoakedProcess.Start(
            folder.Path("cluster"),
            interval,
            "cluster",
            "--nodes",
            $"{NodeCount}",
            "--kubeconfig",
            kubeconfig
        );
        await cluster.ReadAsync("kubectl get nodes");
        await using SoakedProcess server = SoakedProcess.Start(
            folder.Path("server"),
            interval,
            "serve",
            "--kubeconfig",
            kubeconfig,
            "--port",
            "0"
        );
        string[] said = await server.ReadAsync("Open, once and within 5 minutes:", "Token that reads:");
        (string address, string secret, string token) = (said[0].Split("/#")[0], said[0].Split("/#")[1], said[1]);
        using var client = new HttpClient { BaseAddress = new(address), Timeout = Timeout.InfiniteTimeSpan };
        string browser = await ConsoleFlowTests.SignInAsync(client, secret);

        using var stop = new CancellationTokenSource();
        CountedStream[] streams = [.. Enumerable.Range(0, Streams).Select(_ => new CountedStream(client, token))];
        Task reading = Task.WhenAll(streams.Select(stream => stream.ReadAsync(stop.Token)));
        while (streams.Any(static stream => stream.Events == 0))
            await Task.WhenAny(reading, Task.Delay(100)).Unwrap();
        int settled = server.Memory().Count;
        Say($"{Streams} streams are open.");

        using NodeManagerSession session = await SessionFactory.ConnectAsync(
            Kubeconfig.Load(new() { Paths = [kubeconfig] }),
            kubeconfig,
            NullLogger.Instance,
            TimeProvider.System,
            CancellationToken.None
        );
        Task<int> changes = ChangeAsync(session, stop.Token);
        await ConsoleFlowTests.RunAsync(
            "soak",
            ("NODEMANAGER_URL", address),
            ("NODEMANAGER_SESSION", browser),
            ("NODEMANAGER_CHROMIUM", ConsoleFlowTests.Browser),
            ("NODEMANAGER_SOAK", Minutes.ToString(CultureInfo.InvariantCulture)),
            ("NODEMANAGER_SOAK_NODES", NodeCount.ToString(CultureInfo.InvariantCulture))
        );
        await stop.CancelAsync();
        await reading;

        long least = streams.Min(static stream => stream.Events),
            most = streams.Max(static stream => stream.Events);
        Say($"{await changes} changes were made; streams got {least} to {most} events.");
        Say(await File.ReadAllTextAsync(Path.Combine(ConsoleFlowTests.Folder, "obj", "soak", "figures.json")));
        int[] managed = [.. server.Memory().Skip(settled).Select(static one => one.Managed)];
        Say(
            $"Server, managed MB after each full collection, every {interval.TotalSeconds:0} s: {string.Join(' ', managed)}; working set at the end {server.Memory()[^1].WorkingSet} MB."
        );
        Say(
            $"Cluster: {string.Join(' ', cluster.Memory().Select(static one => one.Managed))}; working set at the end {cluster.Memory()[^1].WorkingSet} MB."
        );
        Assert.True(least > 0.9 * most, $"A stream got {least} events, another {most}.");
        AssertFlat(managed);
    }

    // Tables fill in the first third; after that the last third holds no more than the second, but for what comes and goes.
    private static void AssertFlat(int[] managed)
    {
        Assert.True(managed.Length >= 6, $"{managed.Length} measurements.");
        int third = managed.Length / 3;
        double second = managed[third..^third].Average(),
            last = managed[^third..].Average();
        Assert.True(last < (1.1 * second) + 8, $"The server held {second:0} MB in the second third and {last:0} MB in the last one.");
    }

    private static async Task<int> ChangeAsync(NodeManagerSession session, CancellationToken stop)
    {
        string[] names = await session.UseAsync(
            async (connected, token) =>
                (await connected.ListAsync(Resources.Nodes, new(), token)).Items.Select(static node => node.Metadata.Name).ToArray(),
            stop
        );
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1.0 / ChangesPerMinute));
        int count = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var labels = new Dictionary<string, string> { ["soak"] = $"{count}" };
                await NodeEditor.SetLabelsAsync(
                    session,
                    names[(int)((uint)(count * 7919) % (uint)names.Length)],
                    labels,
                    overwrite: true,
                    dryRun: false,
                    stop
                );
                count++;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end of the run.
        }

        return count;
    }

    private static double Number(string variable, double usual) =>
        double.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : usual;

    private void Say(string text)
    {
        output.WriteLine(text);
        Console.WriteLine(text);
    }
}
