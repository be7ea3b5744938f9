using System.Globalization;
using NodeManager.Bench.Clients;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Works;

/// <summary>What NodeManager's server answers to those who read from it.</summary>
internal static class Serving
{
    private const string Ours = "NodeManager.Server",
        Nodes = "api/plugins/streamspace-node-manager/nodes",
        Events = "api/v1/events";
    private const int Readers = 500;

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30),
        Turn = TimeSpan.FromMinutes(1);

    public static Work List(BenchSetting setting, int nodes)
    {
        string count = nodes.ToString(CultureInfo.InvariantCulture);
        BenchedServer server = new("serve", "--kubeconfig", setting.Cluster.Kubeconfig);
        return new($"server-{count}", $"the list of nodes of NodeManager's server, {count} nodes, with curl")
        {
            Contenders =
            [
                new(
                    Ours,
                    async stop =>
                    {
                        await server.StartAsync(stop);
                        return await ChildProcess.RunAsync(
                            "curl",
                            [
                                "--silent",
                                "--show-error",
                                "--fail-with-body",
                                "--header",
                                "Authorization: Bearer " + server.Token,
                                new Uri(server.Address, Nodes).AbsoluteUri,
                            ],
                            null,
                            stop
                        );
                    }
                ),
                setting.Curl("the API server's own list", isCompressed: false, "api/v1/nodes"),
            ],
            Goals = nodes == 1000 ? [new(Ours, Metric.Time, 50)] : [],
            FinishAsync = server.EndAsync,
        };
    }

    /// <summary>Readers of the events while nodes change: what the server takes, minute by minute.</summary>
    public static Work Streams(BenchSetting setting, int nodes, int minutes)
    {
        BenchedServer server = new("serve", "--kubeconfig", setting.Cluster.Kubeconfig);
        return new(
            "server-events",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Readers} readers of the server's events while 1,000 of {nodes} nodes change a minute, for {minutes} minutes"
            )
        )
        {
            Contenders =
            [
                new(Ours, stop => StreamAsync(setting, server, nodes, minutes, stop))
                {
                    Samples = 1,
                    Longest = TimeSpan.FromMinutes(minutes + 15),
                },
            ],
            Goals = [new(Ours, Metric.Peak, 400 * 1048576.0)],
            IsWarmed = false,
            FinishAsync = server.EndAsync,
        };
    }

    private static async Task<Sample> StreamAsync(
        BenchSetting setting,
        BenchedServer server,
        int nodes,
        int minutes,
        CancellationToken cancellationToken
    )
    {
        await server.StartAsync(cancellationToken);
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = Readers };
        using HttpClient client = server.Connect(handler);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        long read = 0;
        int open = 0;
        Task[] readers = [.. Enumerable.Range(0, Readers).Select(_ => ReadAsync())];
        Task changes = Watching.ChangesOf(setting.Cluster, nodes)(stop.Token);
        try
        {
            await Task.Delay(Settling, TimeProvider.System, cancellationToken);
            server.Process.Refresh();
            TimeSpan cpu = server.Process.TotalProcessorTime;
            long before = Interlocked.Read(ref read),
                start = TimeProvider.System.GetTimestamp();
            List<Minute> course = [];
            for (int minute = 1; minute <= minutes; minute++)
            {
                await Task.Delay(Turn, TimeProvider.System, cancellationToken);
                if (open != Readers)
                    throw new InvalidOperationException($"{open} readers instead of {Readers} after {minute} minutes.");
                server.Process.Refresh();
                course.Add(new(server.Process.WorkingSet64, server.Process.TotalProcessorTime - cpu));
            }

            return new(
                TimeProvider.System.GetElapsedTime(start).TotalMilliseconds,
                course[^1].Cpu.TotalMilliseconds,
                course.Max(static minute => minute.Bytes),
                Interlocked.Read(ref read) - before
            )
            {
                Course = course,
            };
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll([.. readers, changes]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task ReadAsync()
        {
            using HttpResponseMessage answer = await client.GetAsync(
                new Uri(Events, UriKind.Relative),
                HttpCompletionOption.ResponseHeadersRead,
                stop.Token
            );
            answer.EnsureSuccessStatusCode();
            Interlocked.Increment(ref open);
            try
            {
                await using Stream stream = await answer.Content.ReadAsStreamAsync(stop.Token);
                byte[] buffer = new byte[1 << 14];
                while (await stream.ReadAsync(buffer, stop.Token) is > 0 and int count)
                    Interlocked.Add(ref read, count);
            }
            finally
            {
                Interlocked.Decrement(ref open);
            }
        }
    }
}
