using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Nodes.Commands;
using NodeManager.Core.Progress;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Conformance.NodeCommands;

/// <summary>Commands on nodes: once, with their result, whatever happens on the way.</summary>
public sealed class NodeCommandTests
{
    [Theory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.OldSandbox)]
    public async Task A_command_ends_with_its_exit_code_and_output(string backend)
    {
        await using CommandLab lab = await CommandLab.StartAsync(backend);
        NodeCommandResult done = await lab.RunAsync("uptime");
        await lab.SimulateAsync("command-exit-code", "7");
        await lab.SimulateAsync("command-log", "first\nsecond\u001b[31m");

        NodeCommandResult failed = await lab.RunAsync("false", tail: 1);

        Assert.Equal((NodeCommandStatus.Succeeded, 0, lab.Node), (done.Status, done.ExitCode, done.Node));
        Assert.Contains("simulated", Assert.Single(done.Output), StringComparison.Ordinal);
        Assert.Equal((NodeCommandStatus.Failed, 7, true), (failed.Status, failed.ExitCode, failed.IsOutputTruncated));
        Assert.Equal(@"second\u001B[31m", Assert.Single(failed.Output));
        Assert.True(failed.Duration >= TimeSpan.FromSeconds(1), $"{failed.Duration}");
        Assert.Empty(await lab.PodsAsync());
    }

    [Fact]
    public async Task A_command_is_ended_at_its_timeout()
    {
        await using CommandLab lab = await CommandLab.StartAsync(Backend.Sandbox);
        await lab.SimulateAsync("command-seconds", "600");

        NodeCommandResult result = await lab.RunAsync("sleep 600", timeout: TimeSpan.FromSeconds(1));

        Assert.Equal(NodeCommandStatus.TimedOut, result.Status);
        Assert.Empty(await lab.PodsAsync());
    }

    [Fact]
    public async Task A_later_request_reads_the_result_of_one_that_was_lost()
    {
        await using CommandLab lab = await CommandLab.StartAsync(Backend.Sandbox);
        using CancellationTokenSource killed = new();
        List<string> pods = [];
        NodeCommandRequest request = lab.Request("uptime");
        NodeCommandRunner lost = new(lab.Session, NullObserver.Instance)
        {
            Created = (pod, _) =>
            {
                pods.Add(pod);
                killed.Cancel();
                return Task.CompletedTask;
            },
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lost.RunAsync(request, killed.Token));

        NodeCommandRunner later = new(lab.Session, NullObserver.Instance)
        {
            Created = (pod, _) =>
            {
                pods.Add(pod);
                return Task.CompletedTask;
            },
        };
        NodeCommandResult result = await later.RunAsync(request, default);

        Assert.Equal(NodeCommandStatus.Succeeded, result.Status);
        Assert.Equal(2, pods.Count);
        Assert.Single(pods.Distinct());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_creation_whose_answer_is_lost_makes_one_pod(string backend)
    {
        await using CommandLab lab = await CommandLab.StartAsync(backend, static inner => new LostAnswer(inner));
        using CancellationTokenSource over = new();
        NodeCommandRunner runner = new(lab.Session, NullObserver.Instance)
        {
            Created = (_, _) =>
            {
                over.Cancel();
                return Task.CompletedTask;
            },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runner.RunAsync(lab.Request("uptime"), over.Token));

        Pod pod = Assert.Single(await lab.PodsAsync());
        Assert.Equal(lab.Node, pod.Spec.NodeName);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_pod_that_the_kubelet_rejects_did_not_run(string backend)
    {
        await using CommandLab lab = await CommandLab.StartAsync(backend, isKubeletDead: true);
        Task<NodeCommandResult> running = lab.RunAsync("uptime");
        Pod pod = (await Eventually.GetAsync("the pod", lab.PodsAsync, static pods => pods.Count == 1))[0];

        await lab.ReportAsync(
            pod,
            new()
            {
                ["phase"] = "Failed",
                ["reason"] = "OutOfpods",
                ["message"] = "Node has no room.",
            }
        );

        NodeCommandResult result = await running;
        Assert.Equal(
            (NodeCommandStatus.NotStarted, null, "OutOfpods: Node has no room."),
            (result.Status, result.ExitCode, result.Message)
        );
    }

    /// <summary>A command can cut its node off before the kubelet reports that it runs.</summary>
    [SkippableTheory]
    [AllBackends]
    public async Task A_command_that_no_kubelet_reports_is_unknown_and_its_pod_is_kept(string backend)
    {
        await using CommandLab lab = await CommandLab.StartAsync(backend, isKubeletDead: true);
        NodeCommandResult result = await RunAsync(lab);

        Assert.Equal((NodeCommandStatus.Unknown, true), (result.Status, result.IsPodKept));
        Pod pod = Assert.Single(await lab.PodsAsync());
        Assert.Null(pod.Metadata.DeletionTimestamp);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_command_whose_image_cannot_be_pulled_did_not_start(string backend)
    {
        await using CommandLab lab = await CommandLab.StartAsync(backend, isKubeletDead: true);
        await lab.ReportReadyAsync();
        Task<NodeCommandResult> running = RunAsync(lab);
        Pod pod = (await Eventually.GetAsync("the pod", lab.PodsAsync, static pods => pods.Count == 1))[0];
        await lab.ReportAsync(
            pod,
            new()
            {
                ["phase"] = "Pending",
                ["containerStatuses"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = pod.Spec.Containers[0].Name,
                        ["image"] = CommandLab.Image,
                        ["imageID"] = "",
                        ["ready"] = false,
                        ["restartCount"] = 0,
                        ["state"] = new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "ImagePullBackOff" } },
                    }
                ),
            }
        );

        NodeCommandResult result = await running;
        Assert.Equal((NodeCommandStatus.NotStarted, "It did not start within 3s. ImagePullBackOff"), (result.Status, result.Message));
    }

    private static Task<NodeCommandResult> RunAsync(CommandLab lab) =>
        new NodeCommandRunner(lab.Session, NullObserver.Instance).RunAsync(
            lab.Request("reboot") with
            {
                StartLimit = TimeSpan.FromSeconds(3),
            },
            default
        );

    [SkippableTheory]
    [AllBackends]
    public async Task A_command_whose_pod_was_deleted_is_lost_and_not_repeated(string backend)
    {
        await using CommandLab lab = await CommandLab.StartAsync(backend, isKubeletDead: true);
        Task<NodeCommandResult> running = lab.RunAsync("uptime");
        Pod pod = (await Eventually.GetAsync("the pod", lab.PodsAsync, static pods => pods.Count == 1))[0];
        await lab.DeleteAsync(pod);

        NodeCommandResult first = await running;
        NodeCommandResult second = await new NodeCommandRunner(lab.Session, NullObserver.Instance).RunAsync(
            lab.Request("uptime") with
            {
                KnownPod = pod.Metadata.Uid,
            },
            default
        );

        Assert.Equal((NodeCommandStatus.Unknown, NodeCommandStatus.Unknown), (first.Status, second.Status));
        Assert.Empty(await lab.PodsAsync());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_cancellation_deletes_the_pod_of_a_caller_that_asks_for_that(string backend)
    {
        await using CommandLab lab = await CommandLab.StartAsync(backend, isKubeletDead: true);
        using CancellationTokenSource stop = new();
        Task<NodeCommandResult> running = new NodeCommandRunner(lab.Session, NullObserver.Instance).RunAsync(
            lab.Request("uptime") with
            {
                EndsWithCaller = true,
            },
            stop.Token
        );
        await Eventually.GetAsync("the pod", lab.PodsAsync, static pods => pods.Count == 1);

        await stop.CancelAsync();

        Assert.Equal(NodeCommandStatus.Cancelled, (await running).Status);
        Assert.All(await lab.PodsAsync(), static pod => Assert.NotNull(pod.Metadata.DeletionTimestamp));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Only_old_results_that_were_not_read_are_removed(string backend)
    {
        await using CommandLab lab = await CommandLab.StartAsync(backend, isKubeletDead: true);
        foreach (string name in (string[])["old", "new", "running"])
            await lab.AddPodAsync(name);
        await EndAsync(lab, "old", TimeSpan.FromHours(25));
        await EndAsync(lab, "new", TimeSpan.FromHours(23));

        int removed = await new NodeCommandRunner(lab.Session, NullObserver.Instance).RemoveLeftoversAsync(lab.Node, default);

        Assert.Equal(1, removed);
        Assert.Equal(
            ["new", "running"],
            (await lab.PodsAsync())
                .Where(static pod => pod.Metadata.DeletionTimestamp is null)
                .Select(static pod => pod.Metadata.Name)
                .Order(StringComparer.Ordinal)
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_missing_namespace_and_a_missing_image_are_named(string backend)
    {
        await using CommandLab lab = await CommandLab.StartAsync(backend);
        lab.Session.Configure(before => new(before) { NodeCommandNamespace = "missing-" + lab.Id });
        NodeManagerException missing = await Assert.ThrowsAsync<NodeManagerException>(() => lab.RunAsync("uptime"));
        lab.Session.Configure(static before => new(before) { NodeCommandImage = null });
        NodeManagerException none = await Assert.ThrowsAsync<NodeManagerException>(() => lab.RunAsync("uptime"));

        Assert.Equal((ErrorIds.NodeCommandNamespaceMissing, "missing-" + lab.Id), (missing.ErrorId, missing.Target));
        Assert.Equal(ErrorIds.NodeCommandImageMissing, none.ErrorId);
    }

    [Fact]
    public async Task A_drain_leaves_a_command_on_the_node_and_its_result()
    {
        await using CommandLab lab = await CommandLab.StartAsync(Backend.Sandbox);
        await lab.SimulateAsync("command-seconds", "5");
        Task<NodeCommandResult> running = lab.RunAsync("uptime");
        await Eventually.GetAsync("the pod", lab.PodsAsync, static pods => pods is [{ Status.Phase: "Running" }]);

        NodeDrainResult drained = Assert.Single(await Drain.DrainRun.DrainAsync(lab.Session, [lab.Node], new DrainOptions()));

        Assert.Equal((NodeDrainStatus.Drained, 0), (drained.Status, drained.Evicted));
        Assert.Equal(NodeCommandStatus.Succeeded, (await running).Status);
    }

    private static Task EndAsync(CommandLab lab, string name, TimeSpan ago)
    {
        string at = (lab.Cluster.Time.GetUtcNow() - ago).ToString(
            "yyyy-MM-ddTHH:mm:ssZ",
            System.Globalization.CultureInfo.InvariantCulture
        );
        JsonObject ended = new()
        {
            ["exitCode"] = 0,
            ["reason"] = "Completed",
            ["startedAt"] = at,
            ["finishedAt"] = at,
        };
        JsonObject container = new()
        {
            ["name"] = "main",
            ["image"] = "x",
            ["imageID"] = "x",
            ["ready"] = false,
            ["restartCount"] = 0,
            ["state"] = new JsonObject { ["terminated"] = ended },
        };
        return lab.ReportAsync(name, new() { ["phase"] = "Succeeded", ["containerStatuses"] = new JsonArray(container) });
    }

    // The server has created the pod, and its answer does not arrive.
    private sealed class LostAnswer(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private int _lost;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
            bool isCreation =
                request.Method == HttpMethod.Post && request.RequestUri!.AbsolutePath.EndsWith("/pods", StringComparison.Ordinal);
            if (!isCreation || Interlocked.Exchange(ref _lost, 1) != 0)
                return answer;
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
            answer.Dispose();
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The response ended prematurely.");
        }
    }
}
