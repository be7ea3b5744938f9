using System.Globalization;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Sessions;
using NodeManager.Sandbox;
using NodeManager.Server.Live;
using NodeManager.Server.Nodes;
using NodeManager.Server.Pages;
using NodeManager.Sessions;
using Xunit.Abstractions;

namespace NodeManager.Server.Tests.Soak;

/// <summary>
/// A large and busy cluster over a long time, with the console in a browser and hundreds of event streams: <c>build.ps1 -Task Soak</c>. Not part of CI:
/// the figures need a machine that does nothing else.
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
        string folder = ConsoleFlowTests.Folder;
        SandboxCluster sandbox = SandboxCluster.Start(new() { Nodes = NodeCount, Programs = SandboxPrograms.All });
        var requests = new CountingWatches { InnerHandler = sandbox.CreateTransport() };
        using NodeManagerSession session = await SessionFactory.ConnectAsync(
            "sandbox", sandbox.Server, requests, sandbox, NullLogger.Instance, sandbox.Time, CancellationToken.None);
        await using WebApplication app = EmbeddedServer.Serve(session, EmbeddedServer.Token, ConsoleFiles.Read(Path.Combine(folder, "obj", "console")));
        ConsoleFlowTests.MapHost(app, session, sandbox);
        await app.StartAsync();
        LiveNodeService live = app.Services.GetRequiredService<LiveNodeService>();
        await live.ReadyAsync(CancellationToken.None);
        Say($"{live.Nodes.Count} nodes are known; the process holds {Megabytes()} MB.");

        using var stop = new CancellationTokenSource();
        int watches = requests.Watches;
        long[] received = new long[Streams];
        Task[] readers = [.. Enumerable.Range(0, Streams).Select(index => ReadAsync(app.Urls.First(), received, index, stop.Token))];
        while (received.Any(static count => count == 0)) await Task.Delay(100);
        Assert.Equal(watches, requests.Watches);
        long before = Megabytes();
        Say($"{Streams} streams are open and share the watches; the process holds {before} MB.");

        Task<int> changes = ChangeAsync(session, live, stop.Token);
        await ConsoleFlowTests.RunAsync(
            "soak", ("NODEMANAGER_URL", app.Urls.First()), ("NODEMANAGER_CHROMIUM", ConsoleFlowTests.Browser),
            ("NODEMANAGER_SOAK", Minutes.ToString(CultureInfo.InvariantCulture)), ("NODEMANAGER_SOAK_NODES", NodeCount.ToString(CultureInfo.InvariantCulture)));
        await stop.CancelAsync();
        await Task.WhenAll(readers);

        long after = Megabytes();
        long least = received.Min(), most = received.Max(), written = app.Services.GetRequiredService<EventLog>().Count;
        Say($"{await changes} changes were made, {written} events written; streams got {least} to {most}. The process holds {after} MB.");
        Say(await File.ReadAllTextAsync(Path.Combine(folder, "obj", "soak", "figures.json")));
        Assert.Equal(watches, requests.Watches);
        Assert.True(least > 0.9 * most, $"A stream got {least} events, another {most}.");
        Assert.True(after < (2 * before) + 100, $"The process held {before} MB before and {after} MB after.");
    }

    private static async Task ReadAsync(string address, long[] received, int index, CancellationToken stop)
    {
        using var client = new HttpClient { BaseAddress = new(address), Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", EmbeddedServer.ViewerToken);
        try
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri(EventRoutes.Path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, stop);
            await foreach (SseItem<string> _ in SseParser.Create(await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(stop)).EnumerateAsync(stop)) received[index]++;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end of the run.
        }
    }

    private static async Task<int> ChangeAsync(NodeManagerSession session, LiveNodeService live, CancellationToken stop)
    {
        string[] names = [.. live.Nodes.List().Select(static node => node.Name)];
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1.0 / ChangesPerMinute));
        int count = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var labels = new Dictionary<string, string> { ["soak"] = $"{count}" };
                await NodeEditor.SetLabelsAsync(session, names[(int)((uint)(count * 7919) % (uint)names.Length)], labels, overwrite: true, dryRun: false, stop);
                count++;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end of the run.
        }

        return count;
    }

    private static long Megabytes() => GC.GetTotalMemory(forceFullCollection: true) >> 20;

    private static double Number(string variable, double usual) =>
        double.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : usual;

    private void Say(string text)
    {
        output.WriteLine(text);
        Console.WriteLine(text);
    }

    private sealed class CountingWatches : DelegatingHandler
    {
        private int _watches;

        public int Watches => _watches;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.Query.Contains("watch=", StringComparison.Ordinal)) Interlocked.Increment(ref _watches);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
