using System.Globalization;
using System.Net;
using System.Text.Json;
using NodeManager.Bench.Clients;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Works;

/// <summary>The demo: an embedded cluster and its server in one process.</summary>
internal static class Demonstrating
{
    public const int Few = 12;

    private const string FirstPage = "the first page, from the start of the process",
        Plans = "the longest of seven drain plans",
        List = "the whole list, compressed",
        Again = "the whole list again, compressed",
        Unchanged = "the whole list, unchanged since (ETag)",
        Rest = "at rest for a minute";
    private const string Nodes = "api/plugins/streamspace-node-manager/nodes",
        First = Nodes + "?limit=256";
    private const int PlanCount = 7,
        Megabyte = 1_000_000;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(8),
        Settling = TimeSpan.FromMinutes(1.5),
        Window = TimeSpan.FromMinutes(1);

    /// <summary>The contenders follow each other in one process, which the first one starts.</summary>
    public static Work Of(int nodes)
    {
        string count = nodes.ToString(CultureInfo.InvariantCulture);
        BenchedServer server = new("demo", "--nodes", count);
        Contender start = new(FirstPage, stop => StartAsync(server, stop));
        return new("demo-" + count, $"the demo with {count} nodes")
        {
            Contenders =
                nodes <= Few
                    ? [start]
                    :
                    [
                        start,
                        new(Plans, stop => PlanAsync(server, stop)),
                        new(List, stop => ListAsync(server, isKnown: false, stop)),
                        new(Again, stop => ListAsync(server, isKnown: false, stop)),
                        new(Unchanged, stop => ListAsync(server, isKnown: true, stop)),
                        new(Rest, stop => RestAsync(server, stop)) { Samples = 1 },
                    ],
            Goals =
                nodes <= Few
                    ? [new(FirstPage, Metric.Time, 3000)]
                    :
                    [
                        new(FirstPage, Metric.Time, 10_000),
                        new(Plans, Metric.Time, 1000),
                        new(Plans, Metric.Peak, 800 * Megabyte),
                        new(List, Metric.Time, 30),
                        new(Again, Metric.Time, 30),
                        new(Unchanged, Metric.Time, 30),
                    ],
            IsWarmed = false,
            FinishAsync = server.EndAsync,
        };
    }

    private static async Task<Sample> StartAsync(BenchedServer server, CancellationToken cancellationToken)
    {
        server.Dispose();
        long start = TimeProvider.System.GetTimestamp();
        await server.StartAsync(First, cancellationToken);
        return Measure(server, TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, null);
    }

    private static async Task<Sample> PlanAsync(BenchedServer server, CancellationToken cancellationToken)
    {
        using HttpClient client = server.Connect();
        using JsonDocument page = JsonDocument.Parse(await client.GetByteArrayAsync(new Uri(First, UriKind.Relative), cancellationToken));
        TimeSpan cpu = CpuOf(server),
            longest = TimeSpan.Zero;
        for (int plan = 0; plan < PlanCount; plan++)
        {
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            string name = page.RootElement[(plan * 5) + 25].GetProperty("name").GetString()!;
            long start = TimeProvider.System.GetTimestamp();
            _ = await client.GetByteArrayAsync(new Uri($"{Nodes}/{name}/drain-plan", UriKind.Relative), cancellationToken);
            TimeSpan taken = TimeProvider.System.GetElapsedTime(start);
            if (taken > longest)
                longest = taken;
        }

        return Measure(server, longest, cpu, null);
    }

    private static async Task<Sample> ListAsync(BenchedServer server, bool isKnown, CancellationToken cancellationToken)
    {
        using HttpClient client = server.Connect();
        // The connection is open, as a browser's is.
        using HttpResponseMessage before = await client.GetAsync(new Uri(isKnown ? Nodes : "readyz", UriKind.Relative), cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, Nodes);
        request.Headers.AcceptEncoding.Add(new("gzip"));
        if (isKnown)
            request.Headers.IfNoneMatch.Add(before.Headers.ETag!);
        TimeSpan cpu = CpuOf(server);
        long start = TimeProvider.System.GetTimestamp();
        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken);
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        Sample sample = Measure(server, TimeProvider.System.GetElapsedTime(start), cpu, body.Length);
        HttpStatusCode expected = isKnown ? HttpStatusCode.NotModified : HttpStatusCode.OK;
        return response.StatusCode == expected
            ? sample
            : throw new InvalidOperationException($"{response.StatusCode} instead of {expected}: {Nodes}");
    }

    private static async Task<Sample> RestAsync(BenchedServer server, CancellationToken cancellationToken)
    {
        await Task.Delay(Settling, TimeProvider.System, cancellationToken);
        TimeSpan cpu = CpuOf(server);
        long start = TimeProvider.System.GetTimestamp();
        await Task.Delay(Window, TimeProvider.System, cancellationToken);
        return Measure(server, TimeProvider.System.GetElapsedTime(start), cpu, null);
    }

    private static Sample Measure(BenchedServer server, TimeSpan time, TimeSpan cpu, long? bytes)
    {
        TimeSpan used = CpuOf(server) - cpu;
        return new(time.TotalMilliseconds, used.TotalMilliseconds, server.Process.WorkingSet64, bytes);
    }

    private static TimeSpan CpuOf(BenchedServer server)
    {
        server.Process.Refresh();
        return server.Process.TotalProcessorTime;
    }
}
