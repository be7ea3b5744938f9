using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using NodeManager.Core.Progress;
using NodeManager.Monitoring.Alerts.Delivery;
using NodeManager.Providers.Alerts;
using NodeManager.Testing;

namespace NodeManager.Providers.Tests.Alerts;

/// <summary>A real Alertmanager takes alerts, groups them and ends them. Skipped where it is not installed.</summary>
public sealed class AlertmanagerTests
{
    private const string Configuration = """
        route:
          receiver: nobody
          group_by: [alertname, cluster]
        receivers:
        - name: nobody
        """;

    [SkippableFact]
    public async Task A_real_Alertmanager_groups_and_resolves_alerts()
    {
        string? program = Find();
        Skip.If(program is null, "prometheus-alertmanager is not installed.");
        using TemporaryFolder folder = new();
        int port = FreePort();
        using Process process = Process.Start(
            new ProcessStartInfo(program!)
            {
                ArgumentList =
                {
                    $"--config.file={folder.Write("alertmanager.yml", Configuration)}",
                    $"--storage.path={folder.Path("data")}",
                    $"--web.listen-address=127.0.0.1:{port}",
                    "--cluster.listen-address=",
                },
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            }
        )!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        try
        {
            using HttpClient client = new() { BaseAddress = new($"http://127.0.0.1:{port}/") };
            using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
            while (!await IsReadyAsync(client, limit.Token))
                await Task.Delay(50, limit.Token);

            var sink = (IAlertStateSink)
                AlertSinks
                    .Alertmanager($"http://127.0.0.1:{port}", null)
                    .Create("am", new(null!, NullObserver.Instance, TimeProvider.System));
            NodeAlert[] alerts = [Alert("n1"), Alert("n2")];
            foreach (NodeAlert alert in alerts)
                await sink.DeliverAsync(alert, limit.Token);
            // State is posted again and again: nothing is doubled by that.
            await sink.PostAsync(alerts, limit.Token);
            await sink.PostAsync(alerts, limit.Token);
            JsonNode group = await UntilAsync(
                client,
                static groups => groups is [{ } one] && one["alerts"]!.AsArray().Count == 2 ? one : null,
                limit.Token
            );
            Assert.Equal("NodeUnreachable", (string?)group["labels"]!["alertname"]);
            Assert.Equal(["n1", "n2"], group["alerts"]!.AsArray().Select(static alert => (string?)alert!["labels"]!["node"]).Order());
            Assert.All(group["alerts"]!.AsArray(), static alert => Assert.Equal("broken", (string?)alert!["annotations"]!["summary"]));

            await SilenceAsync(client, (IAlertSilenceSink)sink, limit.Token);

            await sink.DeliverAsync(Alert("n1", NodeAlertStatus.Resolved), limit.Token);
            await UntilAsync(
                client,
                static groups =>
                    groups is [{ } one] && one["alerts"]!.AsArray() is [{ } only] && (string?)only["labels"]!["node"] == "n2" ? one : null,
                limit.Token
            );
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private static async Task SilenceAsync(HttpClient client, IAlertSilenceSink sink, CancellationToken cancellationToken)
    {
        DateTimeOffset end = DateTimeOffset.UtcNow.AddHours(1);
        await sink.ApplyAsync("prod", [Silence(["n1"], end)], cancellationToken);
        // Twice is once, and another monitor of the cluster writes no second one.
        await sink.ApplyAsync("prod", [Silence(["n1"], end)], cancellationToken);
        JsonNode only = Assert.Single(await SilencesAsync(client, "active", cancellationToken))!;
        Assert.Equal(
            ("ada", "exchange of disks [NodeManager silence abc of prod]"),
            ((string?)only["createdBy"], (string?)only["comment"])
        );
        JsonNode silenced = await UntilAsync(
            client,
            static groups =>
                groups is [{ } one]
                && one["alerts"]!.AsArray().Count(static alert => (string?)alert!["status"]!["state"] == "suppressed") == 1
                    ? one
                    : null,
            cancellationToken
        );
        Assert.Equal(
            "n1",
            (string?)
                silenced["alerts"]!.AsArray().Single(static alert => (string?)alert!["status"]!["state"] == "suppressed")!["labels"]![
                    "node"
                ]
        );

        // Wildcards become expressions, and a changed silence replaces its predecessor.
        await sink.ApplyAsync("prod", [Silence(["n?", "other*"], end.AddHours(2))], cancellationToken);
        await UntilAsync(
            client,
            static groups =>
                groups is [{ } one] && one["alerts"]!.AsArray().All(static alert => (string?)alert!["status"]!["state"] == "suppressed")
                    ? one
                    : null,
            cancellationToken
        );
        Assert.Single(await SilencesAsync(client, "active", cancellationToken));
        // Those of other clusters are not ours.
        await sink.ApplyAsync("staging", [], cancellationToken);
        Assert.Single(await SilencesAsync(client, "active", cancellationToken));
        await sink.ApplyAsync("prod", [], cancellationToken);
        Assert.Empty(await SilencesAsync(client, "active", cancellationToken));
    }

    private static SinkSilence Silence(string[] nodes, DateTimeOffset end) =>
        new(
            new()
            {
                Id = "abc",
                Nodes = new(nodes),
                StartsAt = DateTimeOffset.UtcNow,
                EndsAt = end,
                CreatedBy = "ada",
                Reason = "exchange of disks",
            },
            end,
            true
        );

    private static async Task<List<JsonNode?>> SilencesAsync(HttpClient client, string state, CancellationToken cancellationToken) =>
        [
            .. JsonNode
                .Parse(await client.GetStringAsync("api/v2/silences", cancellationToken))!
                .AsArray()
                .Where(one => (string?)one!["status"]!["state"] == state),
        ];

    private static NodeAlert Alert(string node, string status = NodeAlertStatus.Firing) =>
        new()
        {
            Id = "id-" + node,
            Transition = status == NodeAlertStatus.Firing ? NodeAlertTransition.Raised : NodeAlertTransition.Resolved,
            Status = status,
            Cause = "Unreachable",
            Severity = NodeFindingSeverity.Critical,
            Nodes = new([node]),
            StartsAt = DateTimeOffset.UtcNow.AddMinutes(-5),
            UpdatedAt = DateTimeOffset.UtcNow,
            Message = "broken",
            EndsAt = status == NodeAlertStatus.Firing ? null : DateTimeOffset.UtcNow.AddSeconds(-1),
            Labels = new(
                new Dictionary<string, string>
                {
                    ["alertname"] = "NodeUnreachable",
                    ["cluster"] = "prod",
                    ["node"] = node,
                    ["severity"] = "critical",
                }
            ),
        };

    private static async Task<JsonNode> UntilAsync(HttpClient client, Func<JsonArray, JsonNode?> holds, CancellationToken cancellationToken)
    {
        while (true)
        {
            JsonArray groups = JsonNode
                .Parse(await client.GetStringAsync("api/v2/alerts/groups?active=true", cancellationToken))!
                .AsArray();
            if (holds(groups) is { } found)
                return found;
            await Task.Delay(100, cancellationToken);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.GetAsync("-/ready", cancellationToken)).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .SelectMany(static folder => new[] { Path.Combine(folder, "prometheus-alertmanager"), Path.Combine(folder, "alertmanager") })
            .FirstOrDefault(File.Exists);

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
