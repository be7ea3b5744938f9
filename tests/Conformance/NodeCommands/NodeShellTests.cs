using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Nodes.Commands;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Streaming;

namespace NodeManager.Conformance.NodeCommands;

/// <summary>A shell on a node: the protocol of its connection, its end, and what stays of it.</summary>
public sealed class NodeShellTests
{
    private const string V5 = "v5.channel.k8s.io";
    private const string V4 = "v4.channel.k8s.io";
    private const string Success = """{"metadata":{},"status":"Success"}""";

    [Theory]
    [InlineData(V5)]
    [InlineData(V4)]
    public async Task Keys_size_and_output_have_their_channels(string protocol)
    {
        List<string> received = [];
        ScriptedShell? server = null;
        await using CommandLab lab = await StartAsync(
            protocol,
            async socket =>
            {
                received.Add(await ScriptedShell.ReadAsync(socket));
                received.Add(await ScriptedShell.ReadAsync(socket));
                await ScriptedShell.SendAsync(socket, 1, "ge", isEnd: false);
                await ScriptedShell.SendAsync(socket, 0, "rät");
                await ScriptedShell.SendAsync(socket, 2, "!");
                await ScriptedShell.EndAsync(socket, Failure("7"));
            },
            made => server = made
        );
        StringBuilder output = new();
        string? chosen = null;

        int exitCode = await RunAsync(
            lab,
            async (shell, token) =>
            {
                chosen = shell.Protocol;
                await shell.ResizeAsync(120, 40, token);
                await shell.WriteAsync("exit 7\n"u8.ToArray(), token);
                return await shell.ReadAsync(text => output.Append(Encoding.UTF8.GetString(text)), token);
            }
        );

        Assert.Equal((7, protocol, "gerät!"), (exitCode, chosen, output.ToString()));
        Assert.Equal(["""4:{"Width":120,"Height":40}""", "0:exit 7\n"], received);
        HttpRequestMessage request = Assert.Single(server!.Requests);
        Assert.Equal([V5, V4], request.Headers.GetValues("Sec-WebSocket-Protocol").SelectMany(static one => one.Split(", ")));
        Assert.Contains("stdin=true&stdout=true&tty=true&command=nsenter", request.RequestUri!.Query, StringComparison.Ordinal);
        await AssertDeletedAsync(lab);
    }

    [Theory]
    [InlineData(V5, true)]
    [InlineData(V4, false)]
    public async Task Only_version_5_ends_the_input(string protocol, bool ends)
    {
        string? received = null;
        await using CommandLab lab = await StartAsync(
            protocol,
            async socket =>
            {
                received = await ScriptedShell.ReadAsync(socket);
                await ScriptedShell.EndAsync(socket, Failure("254"));
            }
        );
        bool? hasEnded = null;

        int exitCode = await RunAsync(
            lab,
            async (shell, token) =>
            {
                hasEnded = await shell.CloseInputAsync(token);
                if (hasEnded == false)
                    await shell.WriteAsync("exit\n"u8.ToArray(), token);
                return await shell.ReadAsync(static _ => { }, token);
            }
        );

        Assert.Equal((0, ends), (exitCode, hasEnded));
        Assert.Equal(ends ? "255:\0" : "0:exit\n", received);
    }

    [Theory]
    [InlineData("254", 0)]
    [InlineData("1", 1)]
    [InlineData("130", 130)]
    [InlineData("137", 137)]
    public async Task The_exit_code_of_the_shell_is_returned(string sent, int exitCode)
    {
        await using CommandLab lab = await StartAsync(V5, socket => ScriptedShell.EndAsync(socket, Failure(sent)));

        Assert.Equal(exitCode, await RunAsync(lab));
        await AssertDeletedAsync(lab);
    }

    // A container runtime that stops reports success for the shells that it loses.
    [Theory]
    [InlineData(Success, "ended before the shell")]
    [InlineData("""{"status":"Failure","reason":"InternalError","message":"no such container"}""", "no such container")]
    [InlineData("this is not JSON", "ended before the shell")]
    [InlineData("", "ended before the shell")]
    public async Task An_end_that_is_not_of_the_shell_is_an_error(string status, string why)
    {
        await using CommandLab lab = await StartAsync(V5, socket => ScriptedShell.EndAsync(socket, status));

        NodeManagerException lost = await Assert.ThrowsAsync<NodeManagerException>(() => RunAsync(lab));

        Assert.Equal((ErrorIds.NodeShellLost, lab.Node), (lost.ErrorId, lost.Target));
        Assert.Contains(lab.Node, lost.Message, StringComparison.Ordinal);
        Assert.Contains(why, lost.Message, StringComparison.Ordinal);
        await AssertDeletedAsync(lab);
    }

    [Fact]
    public async Task A_lost_connection_is_an_error_and_the_pod_is_deleted()
    {
        await using CommandLab lab = await StartAsync(V5, static socket => ScriptedShell.SendAsync(socket, 1, "# "));

        NodeManagerException lost = await Assert.ThrowsAsync<NodeManagerException>(() => RunAsync(lab));

        Assert.Equal((ErrorIds.NodeShellLost, lab.Node), (lost.ErrorId, lost.Target));
        Assert.IsType<WebSocketException>(lost.InnerException);
        await AssertDeletedAsync(lab);
    }

    [Fact]
    public async Task A_shell_whose_pod_was_deleted_names_the_pod()
    {
        CommandLab? started = null;
        await using CommandLab lab = await StartAsync(
            V5,
            async socket =>
            {
                Pod pod = Assert.Single(await started!.PodsAsync());
                await started.DeleteAsync(pod);
                await ScriptedShell.EndAsync(socket, Failure("137"));
            }
        );
        started = lab;

        NodeManagerException lost = await Assert.ThrowsAsync<NodeManagerException>(() => RunAsync(lab));

        Assert.Equal(ErrorIds.NodeShellLost, lost.ErrorId);
        Assert.Matches($"pod {lab.Cluster.Namespace}/node-command-[0-9a-f]+ was deleted", lost.Message);
    }

    [Fact]
    public async Task A_simulated_node_refuses_with_the_reason_and_keeps_no_pod()
    {
        await using CommandLab lab = await CommandLab.StartAsync(Backend.Sandbox);

        NodeManagerException refused = await Assert.ThrowsAsync<NodeManagerException>(() => RunAsync(lab));

        Assert.Equal(ErrorIds.NodeShellUnavailable, refused.ErrorId);
        Assert.Contains("simulated", refused.Message, StringComparison.Ordinal);
        await AssertDeletedAsync(lab);
    }

    [Fact]
    public async Task An_interrupt_deletes_the_pod()
    {
        await using CommandLab lab = await StartAsync(V5, static socket => ScriptedShell.ReadAsync(socket));
        using CancellationTokenSource stop = new();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new NodeShell(lab.Session, NullObserver.Instance).RunAsync(
                lab.Node,
                TimeSpan.FromMinutes(1),
                null,
                async (shell, token) =>
                {
                    await stop.CancelAsync();
                    return await shell.ReadAsync(static _ => { }, token);
                },
                stop.Token
            )
        );

        await AssertDeletedAsync(lab);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Only_pods_of_shells_that_ended_or_whose_process_ended_here_are_removed(string backend)
    {
        await using CommandLab lab = await CommandLab.StartAsync(backend, isKubeletDead: true);
        string user = Core.Sessions.SessionExtensions.ProcessUser(lab.Session);
        await lab.AddShellAsync("ended", "anna@elsewhere/1");
        await lab.ReportAsync("ended", new() { ["phase"] = "Failed", ["reason"] = "DeadlineExceeded" });
        await lab.AddShellAsync("elsewhere", $"anna@elsewhere/{int.MaxValue}");
        await lab.AddShellAsync("here", $"{user}/{Environment.ProcessId}");
        await lab.AddShellAsync("killed", $"{user}/{int.MaxValue}");

        int removed = await new NodeCommandRunner(lab.Session, NullObserver.Instance).RemoveLeftoversAsync(lab.Node, default);

        Assert.Equal(2, removed);
        Assert.Equal(
            ["elsewhere", "here"],
            (await lab.PodsAsync())
                .Where(static pod => pod.Metadata.DeletionTimestamp is null)
                .Select(static pod => pod.Metadata.Name)
                .Order(StringComparer.Ordinal)
        );
    }

    private static async Task<CommandLab> StartAsync(string protocol, Func<WebSocket, Task> script, Action<ScriptedShell>? made = null)
    {
        CommandLab lab = await CommandLab.StartAsync(
            Backend.Sandbox,
            inner =>
            {
                ScriptedShell server = new(inner, protocol, script);
                made?.Invoke(server);
                return server;
            }
        );
        await lab.SimulateAsync("command-seconds", "600");
        return lab;
    }

    private static Task<int> RunAsync(CommandLab lab, Func<ExecConnection, CancellationToken, Task<ExecResult?>>? connect = null) =>
        new NodeShell(lab.Session, NullObserver.Instance).RunAsync(
            lab.Node,
            TimeSpan.FromMinutes(1),
            "xterm",
            connect ?? (static (shell, token) => shell.ReadAsync(static _ => { }, token)),
            default
        );

    // The kubelet ends its container first.
    private static async Task AssertDeletedAsync(CommandLab lab) =>
        Assert.All(await lab.PodsAsync(), static pod => Assert.NotNull(pod.Metadata.DeletionTimestamp));

    private static string Failure(string exitCode) =>
        new JsonObject
        {
            ["status"] = "Failure",
            ["reason"] = "NonZeroExitCode",
            ["message"] = $"command terminated with exit code {exitCode}",
            ["details"] = new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ExitCode", ["message"] = exitCode }) },
        }.ToJsonString();
}
