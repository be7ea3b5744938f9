using System.Net;
using System.Text;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Roles;
using NodeManager.Core.Nodes.Logs;

namespace NodeManager.Conformance.Nodes;

public sealed class NodeLogTests
{
    private readonly List<NodeManagerException> _errors = [];
    private readonly Listener _listener = new();
    private readonly List<NodeLogLine> _lines = [];

    [Theory]
    [InlineData(Backend.Sandbox)]
    public async Task A_simulated_kubelet_has_a_log(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsync();

        await ReadAsync(
            session,
            node,
            new()
            {
                ViaProxy = true,
                Sources = ["kubelet", "containerd"],
                Tail = 2,
            }
        );

        Assert.Equal(2, _lines.Count);
        Assert.All(
            _lines,
            one =>
            {
                Assert.Equal((node, session.ClusterUid, "kubelet", "kubelet[1]"), (one.NodeName, one.ClusterUid, one.Query, one.Source));
                Assert.InRange(one.Time!.Value, cluster.Time.GetUtcNow().AddMinutes(-10), cluster.Time.GetUtcNow());
            }
        );
        NodeManagerException error = Assert.Single(_errors);
        Assert.Equal((ErrorIds.NodeLogUnavailable, node), (error.ErrorId, error.Target));
        Assert.EndsWith("the kubelet answered: log not found for containerd", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kubelet_without_log_queries_is_an_error()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.OldSandbox);
        NodeManagerSession session = await cluster.ConnectAsync();

        await ReadAsync(session, await cluster.AddNodeAsync(), new() { ViaProxy = true });

        Assert.Empty(_lines);
        NodeManagerException error = Assert.Single(_errors);
        Assert.EndsWith("the kubelet answered with a list of files.", error.Message, StringComparison.Ordinal);
        Assert.Contains("enableSystemLogQuery", error.RecommendedAction, StringComparison.Ordinal);
    }

    // Nodes of the real control plane have no kubelet that answers.
    [SkippableTheory]
    [AllBackends]
    public async Task Each_node_that_does_not_answer_is_an_error(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsync(static inner => new ScriptedLogs(
            inner,
            static _ => (HttpStatusCode.ServiceUnavailable, "text/plain", "error trying to reach service")
        ));

        await ReadAsync(session, node, new() { ViaProxy = true });
        await NodeLogReader.ReadAsync(
            session,
            new() { Names = ["ghost"] },
            new() { ViaProxy = true },
            _lines.AddRange,
            _errors.Add,
            _listener,
            default
        );

        Assert.Empty(_lines);
        Assert.Equal([ErrorIds.NodeLogUnavailable, ErrorIds.NodeNotFound], _errors.Select(static one => one.ErrorId));
        Assert.EndsWith("refused with status 503: error trying to reach service", _errors[0].Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Reading_through_the_API_server_needs_a_right_that_no_role_has(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        await RoleManifest.ApplyAsync(cluster);
        string reader = "reader-" + cluster.Id;
        await RoleManifest.BindAsync(cluster, "nodemanager-node-log-reader", reader);
        string node = await cluster.AddNodeAsync();

        NodeManagerSession session = await cluster.ConnectAsAsync(reader);
        await ReadAsync(session, node, new() { ViaProxy = true });
        await ReadAsync(session, node, new());

        Assert.Equal([ErrorIds.Forbidden, ErrorIds.CredentialUnsupported], _errors.Select(static one => one.ErrorId));
        Assert.Contains("nodes/proxy", _errors[0].Message, StringComparison.Ordinal);
        Assert.Contains("-ViaProxy", _errors[1].RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain(RoleManifest.Documents, static one => one.ToJsonString().Contains("nodes/proxy", StringComparison.Ordinal));
    }

    [Theory]
    // The answers of kubelet 1.36, and what becomes of them: lines, or an error.
    [InlineData("Nov 24 20:31:00.123456 host kubelet[812]: up\n  more\n", "kubelet[812]|up,kubelet[812]|  more")]
    [InlineData("Dec 31 23:59:59.000001 host kernel: \u001b[31mred\n", @"kernel|\u001B[31mred")]
    [InlineData("-- Boot 0 --\nNov  4 20:31:00.5 host sshd-session[1]: x: y\n", "sshd-session[1]|x: y")]
    [InlineData("-- No entries --\n", "")]
    [InlineData("", "")]
    [InlineData("\nlog not found for sshd\n", "!log not found for sshd")]
    [InlineData("\nerror: journal output not available\n", "!error: journal output not available")]
    [InlineData("\nerror getting log for x: open x: permission denied\n", "!error getting log for x: open x: permission denied")]
    [InlineData("Data from the specified boot (-7) is not available\n", "!Data from the specified boot (-7) is not available")]
    [InlineData("No journal files were found.\n-- No entries --\n", "!No journal files were found. -- No entries --")]
    public async Task An_answer_is_a_log_or_an_error(string answer, string expected)
    {
        await ReadScriptedAsync(_ => (HttpStatusCode.OK, "text/plain", answer), new());

        Assert.Equal(
            expected,
            _errors.Count == 0
                ? string.Join(',', _lines.Select(static one => $"{one.Source}|{one.Text}"))
                : "!" + _errors[0].Message.Split("the kubelet answered: ")[1]
        );
    }

    [Theory]
    [InlineData(
        HttpStatusCode.NotAcceptable,
        "query: Invalid value: \"a;b\": input contains unsupported characters",
        "unsupported characters"
    )]
    [InlineData(HttpStatusCode.MethodNotAllowed, "logs endpoint is disabled.", "disabled")]
    public async Task A_refusal_is_reported_in_the_words_of_the_kubelet(HttpStatusCode code, string text, string expected)
    {
        await ReadScriptedAsync(_ => (code, "text/plain", text), new());

        NodeManagerException error = Assert.Single(_errors);
        Assert.Equal(ErrorIds.NodeLogUnavailable, error.ErrorId);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_writes_to_a_file_is_read_without_options()
    {
        List<string> queries = [];
        await ReadScriptedAsync(
            query =>
            {
                queries.Add(query);
                string text = query.Contains("tailLines", StringComparison.Ordinal)
                    ? "\noptions present and query resolved to log files for [app]\ntry without specifying options\n"
                    : "one\ntwo\nthree\n";
                return (HttpStatusCode.OK, "text/plain", text);
            },
            new() { Sources = ["app"], Tail = 2 }
        );

        Assert.Equal(["two", "three"], _lines.Select(static one => one.Text));
        Assert.All(_lines, static one => Assert.Null(one.Time));
        Assert.Equal(["?query=app&tailLines=2", "?query=app"], queries);
    }

    [Fact]
    public async Task A_file_gets_no_options_and_refuses_those_of_a_journal()
    {
        List<string> queries = [];
        (HttpStatusCode, string, string) Answer(string query)
        {
            queries.Add(query);
            return query.Contains("boot", StringComparison.Ordinal)
                ? (HttpStatusCode.NotAcceptable, "text/plain", "cannot specify file with options")
                : (HttpStatusCode.OK, "text/plain", "one\n");
        }

        await ReadScriptedAsync(Answer, new() { Sources = ["/app.log"] });
        await ReadScriptedAsync(Answer, new() { Sources = ["/app.log"], Boot = 0 });

        Assert.Equal("one", Assert.Single(_lines).Text);
        Assert.Equal("?query=.%2Fapp.log", queries[0]);
        Assert.Contains("cannot specify file with options", Assert.Single(_errors).Message, StringComparison.Ordinal);
    }

    // Kubelets read sinceTime in the time zone of the node, and untilTime not at all.
    [Fact]
    public async Task Times_are_compared_with_the_lines_and_not_left_to_the_kubelet()
    {
        string query = "";
        DateTimeOffset from = new(2026, 11, 24, 20, 31, 2, TimeSpan.Zero);
        await ReadScriptedAsync(
            asked =>
            {
                query = asked;
                return (HttpStatusCode.OK, "text/plain", string.Concat(Enumerable.Range(0, 8).Select(Numbered)));
            },
            new()
            {
                From = from,
                To = from.AddSeconds(3.5),
                Tail = 2,
            }
        );

        Assert.Equal(["line 4", "line 5"], _lines.Select(static one => one.Text));
        Assert.Equal("?query=kubelet&tailLines=100000&sinceTime=2026-11-24T08%3A31%3A02Z", query);
    }

    // journalctl --grep with --lines returns the last line first.
    [Theory]
    [InlineData(2, "line 1,  more,line 2")]
    [InlineData(1, "line 2")]
    public async Task Lines_that_match_a_pattern_are_in_the_order_of_their_times(int tail, string expected)
    {
        string answer = Numbered(2) + Numbered(1) + "  more\n" + Numbered(0);

        await ReadScriptedAsync(_ => (HttpStatusCode.OK, "text/plain", answer), new() { Pattern = "line", Tail = tail + (tail - 1) });

        Assert.Equal(expected, string.Join(',', _lines.Select(static one => one.Text)));
    }

    [Fact]
    public async Task A_log_is_bounded()
    {
        string line = "Nov 24 20:31:00.1 host app: " + new string('x', 40_000) + "\n";

        await ReadScriptedAsync(_ => (HttpStatusCode.OK, "text/plain", string.Concat(Enumerable.Repeat(line, 200))), new() { Tail = 1000 });

        Assert.InRange(_lines.Sum(static one => one.Text.Length), 1, NodeLogAnswer.MaximumLength);
        Assert.Contains("is larger than 4Mi: its first lines are missing", Assert.Single(_listener.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_reports_each_line_once_also_over_a_restart_of_the_kubelet()
    {
        // Each answer: the last lines of the journal at that time; null: the kubelet does not answer.
        Queue<int[]?> answers = new([
            [0, 1],
            [0, 1],
            [0, 1, 2, 3],
            null,
            null,
            [1, 2, 3, 4],
            [5, 6],
            [5, 6],
            [5, 6],
        ]);
        using CancellationTokenSource stop = new();
        await ReadScriptedAsync(
            _ =>
            {
                int[]? now = answers.Count > 0 ? answers.Dequeue() : [5, 6, 7];
                return now is null
                    ? (HttpStatusCode.NotAcceptable, "text/plain", "connection refused.")
                    : (HttpStatusCode.OK, "text/plain", string.Concat(now.Select(Numbered)));
            },
            new() { Wait = true },
            stop,
            until: "line 7"
        );

        Assert.Equal(Enumerable.Range(0, 8).Select(static i => $"line {i}"), _lines.Select(static one => one.Text));
        Assert.Empty(_errors);
        Assert.Collection(
            _listener.Warnings,
            static one => Assert.Contains("connection refused. It is asked again every 2s.", one, StringComparison.Ordinal),
            static one => Assert.Contains("Lines of 'kubelet' on node", one, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Waiting_for_a_file_counts_equal_lines()
    {
        Queue<int> counts = new([3, 3, 5, 1, 1]);
        using CancellationTokenSource stop = new();
        await ReadScriptedAsync(
            _ =>
            {
                string lines = string.Concat(Enumerable.Repeat("tick\n", counts.Count > 0 ? counts.Dequeue() : 1));
                return (HttpStatusCode.OK, "text/plain", counts.Count > 0 ? lines : lines + "end\n");
            },
            new() { Wait = true, Sources = ["/a.log"] },
            stop,
            until: "end"
        );

        // Three, two more, one after the file was replaced.
        Assert.Equal([.. Enumerable.Repeat("tick", 6), "end"], _lines.Select(static one => one.Text));
    }

    private static string Numbered(int i) => $"Nov 24 20:31:0{i}.123456 host kubelet[812]: line {i}\n";

    private async Task ReadScriptedAsync(
        Func<string, (HttpStatusCode, string, string)> answer,
        NodeLogQuery query,
        CancellationTokenSource? stop = null,
        string until = ""
    )
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.Sandbox);
        string node = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsync(inner => new ScriptedLogs(inner, answer));
        Task reading = ReadAsync(
            session,
            node,
            query with
            {
                ViaProxy = true,
            },
            line =>
            {
                if (line.Text == until)
                    stop!.Cancel();
            },
            stop?.Token ?? default
        );
        if (stop is null)
            await reading;
        else
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    private Task ReadAsync(
        NodeManagerSession session,
        string node,
        NodeLogQuery query,
        Action<NodeLogLine>? seen = null,
        CancellationToken cancellationToken = default
    ) =>
        NodeLogReader.ReadAsync(
            session,
            new() { Names = [node] },
            query,
            lines =>
            {
                _lines.AddRange(lines);
                foreach (NodeLogLine line in lines)
                    seen?.Invoke(line);
            },
            _errors.Add,
            _listener,
            cancellationToken
        );

    private sealed class ScriptedLogs(HttpMessageHandler inner, Func<string, (HttpStatusCode Code, string Type, string Text)> answer)
        : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!request.RequestUri!.AbsolutePath.EndsWith("/proxy/logs/", StringComparison.Ordinal))
                return base.SendAsync(request, cancellationToken);
            (HttpStatusCode code, string type, string text) = answer(request.RequestUri.Query);
            return Task.FromResult(new HttpResponseMessage(code) { Content = new StringContent(text, Encoding.UTF8, type) });
        }
    }
}
